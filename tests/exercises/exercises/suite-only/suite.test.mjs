import test from "node:test";

test.only("first", () => {});
test("last", () => {
  throw new Error("secret");
});
