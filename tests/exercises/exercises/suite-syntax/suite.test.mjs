import test from "node:test";

test("secret", (=> 1);
