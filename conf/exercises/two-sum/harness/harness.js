const fs = require("node:fs");
const vm = require("node:vm");

const [nums, target] = fs.readFileSync(0, "utf8").split("\n").slice(0, 2).map(JSON.parse);
Object.defineProperty(process, "stdout", { value: process.stderr });

const source = fs.readFileSync("main.js", "utf8");
const load = vm.compileFunction(source + "\n;return typeof twoSum === 'function' ? twoSum : module.exports.twoSum ?? module.exports;",
  ["module", "exports", "require"], { filename: "main.js" });
const module_ = { exports: {} };
const twoSum = load(module_, module_.exports, require);

const answer = Array.from(twoSum(nums, target)).sort((a, b) => a - b);
fs.writeSync(1, JSON.stringify(answer) + "\n");
