// rule: javascript-fs
import * as fs from "fs";

const names: string[] = fs.readdirSync("/");
console.log(names.length);
