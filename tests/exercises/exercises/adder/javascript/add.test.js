const assert = require("node:assert/strict");
const { test, program } = require("./suite.js");

test("adds small numbers", async () => assert.equal(await program.call("add", 1, 2), 3));
test("adds large numbers", async () => assert.equal(await program.call("add", 2 ** 40, 1), 2 ** 40 + 1));
test("adds words", async () => assert.equal(await program.call("add", "a", "b"), "ab", "a and b are ab"));

// By now the program may have put a module of that name wherever it can write.
test("finds no module but its own", async () => {
  await program.call("add", 1, 2);
  assert.throws(() => require("shadow"), { code: "MODULE_NOT_FOUND" });
  assert.throws(() => require("shadow.js"), { code: "MODULE_NOT_FOUND" });
});
