import test from "node:test";

test("first", () => {});
throw new Error("secret");
