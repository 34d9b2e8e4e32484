const test = require("node:test");

test("first", () => {});
test("skipped", { skip: "not yet" }, () => {});
test("todo", { todo: true }, () => {
  throw new Error("known");
});
