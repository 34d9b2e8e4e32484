console.log("require('fs')", 'eval("1")', "it's", 'a \' eval(1)');
console.log("process.binding('fs')", 'import "net"');
