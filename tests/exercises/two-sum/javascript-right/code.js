function twoSum(nums, target) {
  console.log("looking for", target);
  const seen = new Map();
  for (const [i, number] of nums.entries()) {
    if (seen.has(target - number)) return [seen.get(target - number), i];
    seen.set(number, i);
  }
}
