const data = JSON.parse('{"name": "Zoë", "numbers": [1, 2, 3], "nothing": null}') as { name: string; numbers: number[] };
console.log('{"sum": %d, "name": %s}', data.numbers.reduce((a, b) => a + b), JSON.stringify(data.name));
console.log("zoë@example.org".replace(/(\p{L}+)@(\w+)\.org/u, "$2 has $1"));
