// require("child_process")
const text = 'require("child_process")';
require("child_process");
