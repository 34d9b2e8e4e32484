const helper = require("./fs-helper");
const other = require("fsx");
console.log(helper, other);
