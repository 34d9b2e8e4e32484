// rule: javascript-process
//  import { execSync } from "child_process";
console.log(1);
