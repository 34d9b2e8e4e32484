// rule: javascript-eval
const answer = eval("6 * 7");
console.log(answer);
