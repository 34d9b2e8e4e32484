// rule: javascript-constructor
const make = (() => {}).constructor.constructor("return process")();
console.log(make.pid);
