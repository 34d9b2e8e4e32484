let text = "";
process.stdin.on("data", (part) => { text += part; }).on("end", () => {
  const n: number = Number(text);
  for (let i = 1; i <= n; i++) console.log((i % 3 ? "" : "Fizz") + (i % 5 ? "" : "Buzz") || i);
});
