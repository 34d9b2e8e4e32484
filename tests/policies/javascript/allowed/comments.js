// require('fs')
/* eval("1");
   require('child_process') */
console.log("done"); // new Function("x")
