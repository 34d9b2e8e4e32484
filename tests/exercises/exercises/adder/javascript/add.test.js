const assert = require("node:assert/strict");
const { test, program } = require("./suite.js");

test("adds small numbers", async () => assert.equal(await program.call("add", 1, 2), 3));
test("adds large numbers", async () => assert.equal(await program.call("add", 2 ** 40, 1), 2 ** 40 + 1));
test("adds words", async () => assert.equal(await program.call("add", "a", "b"), "ab", "a and b are ab"));
