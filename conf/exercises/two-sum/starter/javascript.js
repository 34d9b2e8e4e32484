function twoSum(nums, target) {
  // Return the indices of the two numbers that add up to target.
  return [];
}
