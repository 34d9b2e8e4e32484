#include <vector>

std::vector<int> twoSum(const std::vector<int> &nums, int target)
{
    return nothing;
}
