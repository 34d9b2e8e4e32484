const line = "x".repeat(1000) + "\n";
const more = () => process.stdout.write(line, more);
more();
