const readline = require("readline");
const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line) => process.stdout.write(line.toUpperCase() + "\n"));
