import test from "node:test";

test("ф".repeat(110), () => {});
test("x" + "😀".repeat(50), () => {});
test("half \ud83d and\nlines", () => {});
test("ф".repeat(111), () => {});
