let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", () => {
  const [n, ...rest] = text.split(/\s+/).map(Number);
  console.log(rest.slice(0, n).reduce((a, b) => a + b, 0));
  process.exit(0);
});
