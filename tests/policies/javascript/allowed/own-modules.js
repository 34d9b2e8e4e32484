const { sum } = { sum: (a, b) => a + b };
const path = require("path");
const util = require("node:util");
const assert = require('assert');
const events = require("events");
console.log(path.join("a", "b"), util.inspect({ sum }), sum(1, 2), typeof assert, typeof events);
