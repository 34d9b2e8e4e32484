function add() {
  throw new RangeError("not today");
}
