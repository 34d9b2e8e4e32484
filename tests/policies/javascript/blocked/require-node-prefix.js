// rule: javascript-fs
const { readFile } = require("node:fs/promises");
readFile("/etc/passwd").then(console.log);
