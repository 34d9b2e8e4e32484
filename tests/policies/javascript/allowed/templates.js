const fs = { name: "file system" };
console.log(`require('fs') ${fs.name} eval("1") ${`child_process ${1 + 1}`}
import 'net'
`);
