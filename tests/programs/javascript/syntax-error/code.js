console.log("not reached");

let = = 1;
