const net = Array.from("network");
const dns = net.map((c) => c.toUpperCase()).join("");
console.log(dns, Array.from({ length: 3 }, (_, i) => i));
