import * as readline from "readline";
import { inspect } from "util";

const lines = readline.createInterface({ input: process.stdin });
lines.on("line", (line: string) => console.log(inspect(line)));
