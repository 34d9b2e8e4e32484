class Shape {
  constructor(name) {
    this.name = name;
  }
}
const shape = new Shape("round");
console.log(shape.constructor.name, Object.getPrototypeOf(shape).constructor === Shape);
