function add(a, b) {
  console.log("adding", a);
  return a + b;
}
