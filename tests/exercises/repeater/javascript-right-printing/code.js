function repeat(text, times) {
  console.log("repeating", times);
  return text.repeat(times);
}
