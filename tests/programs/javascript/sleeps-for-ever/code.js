console.log("before");
setTimeout(() => {}, 1000000);
