// rule: javascript-process
import child = require("child_process");

child.execSync("ls");
