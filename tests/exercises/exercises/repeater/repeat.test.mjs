import assert from "node:assert/strict";
import test from "node:test";

import { program } from "./sandpool.js";

for (const [name, times] of [["short", 3], ["long", 300000], ["short again", 3]]) {
  test(name, async () => assert.ok(await program.call("repeat", "a", times) === "a".repeat(times), "it is not repeated"));
}
