const fs = require("fs");

fs.writeFileSync("notes.txt", "first Ä\n");
fs.appendFileSync("notes.txt", "second\n");
process.stdout.write(fs.readFileSync("notes.txt", "utf8"));
