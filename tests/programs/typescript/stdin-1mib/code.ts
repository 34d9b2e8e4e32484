import { createInterface } from "readline";

let bytes = 0, lines = 0;
createInterface({ input: process.stdin })
    .on("line", (line) => {
        bytes += line.length + 1;
        lines++;
    })
    .on("close", () => console.log(`${bytes} bytes, ${lines} lines`));
