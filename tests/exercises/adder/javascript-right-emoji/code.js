const add = (a, b) => a + b;
console.log("x" + "😀".repeat(3000));
