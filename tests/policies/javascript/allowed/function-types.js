const isFunction = (value) => value instanceof Function || typeof value === "function";
class Functional {}
console.log(isFunction(Function.prototype.call), new Functional());
