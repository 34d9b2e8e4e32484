import test from "node:test";

import { program } from "./sandpool.js";

test("throws it", async () => {
  throw await program.call("value");
});
test("goes on", () => {});
