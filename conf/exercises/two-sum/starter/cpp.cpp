#include <vector>

std::vector<int> twoSum(const std::vector<int> &nums, int target)
{
    // Return the indices of the two numbers that add up to target.
    return {};
}
