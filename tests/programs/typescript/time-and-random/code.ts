import { randomUUID } from "crypto";

function check(right: boolean): void {
    if (!right) throw new Error("wrong");
}
check(new Date().getFullYear() >= 2025);
const before = performance.now();
setTimeout(() => {
    check(performance.now() > before);
    for (let i = 0; i < 1000; i++) check(Math.random() >= 0 && Math.random() < 1);
    check(randomUUID() !== randomUUID());
    console.log("time and random");
}, 10);
