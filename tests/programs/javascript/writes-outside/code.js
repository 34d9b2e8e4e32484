const fs = require("fs");

const written = [];
for (const path of [...process.argv.slice(2), "/workspace/x", "/tmp/x", "/dev/shm/x"]) {
  try {
    fs.appendFileSync(path, "x");
    written.push(path);
  } catch {}
}
console.log("written:", ...written);
