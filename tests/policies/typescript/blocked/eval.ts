// rule: javascript-eval
const answer: number = eval("6 * 7");
console.log(answer);
