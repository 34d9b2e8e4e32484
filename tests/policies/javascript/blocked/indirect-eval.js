// rule: javascript-eval
const answer = globalThis.eval("6 * 7");
console.log(answer);
