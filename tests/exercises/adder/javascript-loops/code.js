function add() {
  for (;;);
}
