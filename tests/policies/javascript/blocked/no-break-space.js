// rule: javascript-process
function quote() { return /"/, require("child_process").execSync("id"); }
console.log(String(quote()));
