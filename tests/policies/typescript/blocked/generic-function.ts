// rule: javascript-eval
const make = new Function("a", "return a") as <T>(a: T) => T;
console.log(make<number>(1));
