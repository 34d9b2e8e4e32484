// rule: javascript-require
const name = ["f", "s"].join("");
console.log(require(name));
