// Has node's own test runner run an exercise's tests beside the program that they test, and tells the service how each of
// them ended.
//
// It runs in a process and under a user of its own, in a folder that the program can neither read nor write, and so do the
// tests, which are files of node:test; they get at the program through sandpool.js.
//
// What this process writes to its standard output is the report, in the lines that fcgi/model/suite_report.h describes. A
// test is announced when the runner queues it, and every one that was announced has to be told of.
"use strict";
const fs = require("node:fs");
const { registerHooks } = require("node:module");
const path = require("node:path");
const runner = require("node:test");
const { pathToFileURL } = require("node:url");
const { inspect } = require("node:util");
const { program } = require("./sandpool.js");

const NAME_MAX = 150, MESSAGE_MAX = 2000; // bytes
const PLACE = pathToFileURL(process.cwd() + path.sep).href;
const LOADER = path.resolve("load.mjs");
process.env.TMPDIR = process.cwd();
// Unless this is set, node, within one process, leaves out tests by their option `only` though run() asks for no such thing.
process.env.NODE_TEST_CONTEXT = "suite";

// Modules come with the suite or with node: whatever else has a name may be the program's, which can write to /tmp.
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (found.url.startsWith("node:") || found.url.startsWith(PLACE)) return found;
    throw Object.assign(new Error(`Cannot find module '${specifier}' beside the suite`), { code: "MODULE_NOT_FOUND" });
  },
});

// What it leaves out would not be missed.
for (const register of [runner, runner.describe]) {
  register.only = () => {
    throw new Error("'only' would leave out the other tests");
  };
}

// From here on what anything prints is no report.
Object.defineProperty(process, "stdout", { value: process.stderr });

function report(line) {
  let data = Buffer.from(JSON.stringify(line) + "\n");
  while (data.length > 0) data = data.subarray(fs.writeSync(1, data));
}

// Whole characters of it, in so many bytes.
function cut(text, most) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(text).subarray(0, most), { stream: true });
}

const files = process.argv.slice(2).map((file) => path.resolve(file));

// Every test by its number, with the groups around it.
const known = new Map();
const names = new Set();
const failures = [];
const problems = [];

function know({ testId, parentId, name }) {
  if (!known.has(testId)) {
    const around = known.get(parentId)?.path;
    known.set(testId, { path: around ? `${around} > ${name}` : name });
  }
  return known.get(testId);
}

function plan(data) {
  const test = know(data);
  if (test.name) return test;
  const name = cut(test.path, NAME_MAX).replace(/\p{Cc}/gu, "?");
  test.name = names.has(name) ? `${name} (${names.size + 1})` : name;
  names.add(test.name);
  report({ plan: [test.name] });
  return test;
}

function reason({ failureType, cause, message }, test) {
  const inner = failureType === "subtestsFailed" && failures.find((one) => one.path.startsWith(test.path + " > "));
  const text = inner ? inner.message : cause?.message ?? cause ?? message;
  // A test may throw any value, be it the program's.
  return cut(typeof text === "string" ? text : inspect(text), MESSAGE_MAX) || "it is not as it should be";
}

// In what way it was not to pass, by the suite's own word; undefined: in none.
function leftOut({ todo, skip, expectFailure }, passed) {
  const [word, why] = todo !== undefined ? ["todo", todo]
    : skip !== undefined ? ["skipped", skip]
      : passed ? ["expected to fail", expectFailure] : [];
  if (why === undefined) return undefined;
  return cut(typeof why === "string" && why ? `${word}: ${why}` : word, MESSAGE_MAX);
}

// A group is no test, but one that was left out, or that failed by itself (in a hook, say), is told of like one.
function end(data, passed) {
  const error = data.details.error;
  const left = leftOut(data, passed);
  if (data.details.type === "suite" && ((passed && !left) || error?.failureType === "subtestsFailed")) return void know(data);
  const test = plan(data);
  if (left) {
    report({ test: test.name, skipped: true, message: left });
  } else if (passed) {
    report({ test: test.name, passed });
  } else {
    const message = reason(error, test);
    failures.push({ path: test.path, message });
    report({ test: test.name, passed, message });
  }
}

const events = {
  "test:enqueue": (data) => data.type === "suite" ? know(data) : plan(data),
  "test:pass": (data) => end(data, true),
  "test:fail": (data) => end(data, false),
};

async function main() {
  let summary;
  try {
    for await (const { type, data } of runner.run({ files: [LOADER], isolation: "none" })) {
      // The runner takes a file without tests, or one that fails, for a test.
      if (data.name !== LOADER) events[type]?.(data);
      else if (type === "test:fail") problems.push(inspect(data.details.error));
      if (type === "test:summary" && data.file === undefined) summary = data;
    }
  } catch (error) {
    problems.push(inspect(error));
  }
  if (names.size === 0) problems.push(`there are no tests in ${process.argv.slice(2).join(", ")}`);
  if (problems.length > 0) {
    report({ broken: cut(problems.join("\n"), MESSAGE_MAX) });
  } else if (summary) {
    await program.settle();
    for (const [output] of program.output.matchAll(/.{1,4096}/gsu)) report({ output });
    report({ done: true });
  }
  process.exit(process.exitCode || (summary?.success && problems.length === 0 ? 0 : 1));
}

module.exports = { files, problems };
main();
