// rule: javascript-eval
const expression = "6 * 7";
console.log(`the answer is ${`really ${eval(expression)}`} or so`);
