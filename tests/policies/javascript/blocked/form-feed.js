// rule: javascript-process
const a = 4, half = a/ 2; console.log(require("child_process").execSync("id"), half / 2);
