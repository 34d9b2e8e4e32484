// Holds the program that an exercise's tests are about: runs it, or calls its functions, as the tests say (suite.js).
//
// Commands come as lines of JSON on standard input and are answered on standard output behind a mark that the tests
// chose, between what the program itself writes there. The program may interfere with all of this as it likes: it can
// do no more than answer, which is what it is for.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { createRequire } = require("node:module");
const vm = require("node:vm");

const source = path.resolve(process.argv[2]);
let scope;
let running;

// Run it once; what it declares is found by name afterwards.
function load() {
  if (scope) return;
  const module = { exports: {} };
  process.argv = [process.argv[0], source];
  scope = () => undefined;
  const code = fs.readFileSync(source, "utf8");
  const find = "\n;return (__name) => { try { return eval(__name); } catch { return module.exports[__name]; } };";
  scope = vm.compileFunction(code + find, ["module", "exports", "require"], { filename: source })(
    module, module.exports, createRequire(source));
}

function answer({ id, mark, ...reply }) {
  let data = Buffer.from(mark + JSON.stringify({ id, ...reply }) + "\n");
  while (data.length > 0) {
    try {
      data = data.subarray(fs.writeSync(1, data));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      // The program has printed something, and node then makes the pipe one that does not wait.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function failure(error) {
  console.error(error);
  return { error: String(error?.stack ?? error).split("\n")[0].slice(0, 500) };
}

async function call({ call: name, args }) {
  load();
  const found = scope(name);
  if (typeof found !== "function") return { error: `there is no function ${name}()` };
  return { value: (await found(...args)) ?? null };
}

async function obey(command) {
  const { id, mark } = command;
  if ("run" in command) {
    running = { id, mark };
    try {
      load();
      answer({ ...running, value: null });
    } catch (error) {
      answer({ ...running, ...failure(error) });
    }
    return;
  }
  try {
    answer({ id, mark, ...(await call(command)) });
  } catch (error) {
    answer({ id, mark, ...failure(error) });
  }
}

// A program that goes on in the background goes on.
process.on("uncaughtException", (error) => console.error(error));
readline.createInterface({ input: process.stdin }).on("line", (line) => obey(JSON.parse(line)));
