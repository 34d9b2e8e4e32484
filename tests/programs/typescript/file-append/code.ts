import { appendFileSync, readFileSync, writeFileSync } from "fs";

writeFileSync("notes.txt", "first Ä\n");
appendFileSync("notes.txt", "second\n");
process.stdout.write(readFileSync("notes.txt", "utf8"));
