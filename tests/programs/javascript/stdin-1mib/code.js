let size = 0;
let lines = 0;
process.stdin.on("data", (chunk) => {
  size += chunk.length;
  for (const byte of chunk) lines += byte === 10;
});
process.stdin.on("end", () => console.log(`${size} bytes, ${lines} lines`));
