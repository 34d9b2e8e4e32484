#include <bits/stdc++.h>

int main()
{
    int n, target;
    std::cin >> n;
    std::vector<int> nums(n);
    for (int &x : nums)
        std::cin >> x;
    std::cin >> target;
    std::unordered_map<int, int> seen;
    for (int i = 0; i < n; i++) {
        if (seen.count(target - nums[i])) {
            std::cout << seen[target - nums[i]] << " " << i << "\n";
            return 0;
        }
        seen[nums[i]] = i;
    }
}
