import test, { describe, it } from "node:test";

const fail = () => {
  throw new Error("not left out");
};

test("first", { only: true }, () => {});
test("second", fail);
describe("group", { only: true }, () => {
  it("first", { only: true }, () => {});
  it("second", fail);
});
test("parent", async (t) => {
  t.runOnly(true);
  await t.test("first", { only: true }, () => {});
  await t.test("second", fail);
});
