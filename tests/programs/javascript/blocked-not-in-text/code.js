// eval(1)
console.log("eval(1)");
