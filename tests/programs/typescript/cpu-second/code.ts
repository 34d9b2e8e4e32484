let x = 1;
for (let i = 0; i < 300_000_000; i++) x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
console.log(x);
