const kept: { numbers: number[] }[] = [];
for (;;) kept.push({ numbers: new Array(1000).fill(kept.length) });
