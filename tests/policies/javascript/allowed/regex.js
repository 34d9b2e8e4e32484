const pattern = /eval\(|require\('fs'\)|["'`]/;
const half = 84 / 2 / 1; const quoted = "/";
console.log(pattern.test("x"), half, quoted, "a/b".split(/\//).length);
