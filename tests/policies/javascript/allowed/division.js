let a = 8, b = 2, g = 1;
const c = a / b / g, d = (a + b) / 2; a++; a /= 3;
console.log(c, d, a++ / 2, [8][0] / 2, "eval('1') /");
