function repeat(text, times) {
  return text.repeat(times > 3 ? 3 << 20 : times);
}
