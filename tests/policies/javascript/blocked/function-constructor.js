// rule: javascript-eval
const twice = new Function("x", "return 2 * x");
console.log(twice(21));
