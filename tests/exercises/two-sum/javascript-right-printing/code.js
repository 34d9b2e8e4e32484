function twoSum(nums, target) {
  process.stdout.write("looking for ");
  console.dir(target);
  const first = nums.findIndex((number, i) => nums.indexOf(target - number, i + 1) > 0);
  return [first, nums.indexOf(target - nums[first], first + 1)];
}
