const test = require("node:test");
const { describe, it } = test;

const fail = () => {
  throw new Error("known");
};

test("first", () => {});
test("skipped", { skip: "not yet" }, () => {});
test("todo", { todo: true }, fail);
test("expected", { expectFailure: "a known mistake" }, fail);
test.expectFailure("expected too", fail);
describe.skip("group", () => {
  it("is not run", fail);
});
describe("around", () => {
  describe("inner", { skip: "too hard" }, () => {
    it("is not run", fail);
  });
  it("passes", () => {});
});
describe.todo("later");
