function add() {
  for (;;) console.log("x".repeat(10000));
}
