// rule: javascript-process
const { execSync } = require ('child_process');
console.log(execSync('ls').toString());
