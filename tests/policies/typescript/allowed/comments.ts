// import * as fs from "fs";
/** eval("1") */
const half = (x: number): number => x / 2 / 1;
console.log(half(4));
