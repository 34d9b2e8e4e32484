module.exports = (nums, target) => nums.flatMap((a, i) => nums.slice(i + 1).flatMap((b, j) => a + b === target ? [i, i + 1 + j] : []));
