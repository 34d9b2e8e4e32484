const crypto = require("crypto");

const check = (what) => {
    if (!what) throw new Error("wrong");
};
check(new Date().getFullYear() >= 2025);
const before = performance.now();
setTimeout(() => {
    check(performance.now() > before);
    for (let i = 0; i < 1000; i++) check(Math.random() >= 0 && Math.random() < 1);
    check(crypto.randomUUID() !== crypto.randomUUID());
    console.log("time and random");
}, 10);
