import test from "node:test";

test("first", () => {});
test("ends", () => process.exit(0));
test("last", () => {});
