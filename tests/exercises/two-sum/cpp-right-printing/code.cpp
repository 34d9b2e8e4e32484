#include <cstdio>
#include <iostream>
#include <vector>

static const bool apart = std::ios::sync_with_stdio(false);

std::vector<int> twoSum(const std::vector<int> &nums, int target)
{
    printf("looking for %d", target);
    std::cout << "looking on";
    for (int i = 0; i < (int)nums.size(); i++)
        for (int j = i + 1; j < (int)nums.size(); j++)
            if (nums[i] + nums[j] == target)
                return {i, j};
    return {};
}
