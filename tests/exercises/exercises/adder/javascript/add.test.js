import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test, { describe, it } from "node:test";

import { program } from "./sandpool.js";

describe("add", () => {
  it("adds small numbers", async () => assert.equal(await program.call("add", 1, 2), 3));
  it("adds large numbers", async () => assert.equal(await program.call("add", 2 ** 40, 1), 2 ** 40 + 1));
});

test("words", async (t) => {
  await t.test("are joined", async () => assert.equal(await program.call("add", "a", "b"), "ab", "a and b are ab"));
});

// By now the program may have put a module of that name wherever it can write.
test("finds no module but its own", async () => {
  const require = createRequire(import.meta.url);
  await program.call("add", 1, 2);
  for (const name of ["shadow", "shadow.js", "/tmp/shadow.js", "/workspace/shadow.js"]) {
    assert.throws(() => require(name), { code: "MODULE_NOT_FOUND" });
    await assert.rejects(import(name), { code: /MODULE_NOT_FOUND/ });
  }
});
