#include <iostream>
#include <unordered_map>
#include <vector>

std::vector<int> twoSum(const std::vector<int> &nums, int target)
{
    std::unordered_map<int, int> seen;
    std::cout << "looking for " << target << std::endl;
    for (int i = 0; i < (int)nums.size(); i++) {
        auto found = seen.find(target - nums[i]);
        if (found != seen.end())
            return {found->second, i};
        seen[nums[i]] = i;
    }
    return {};
}
