#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

std::vector<int> twoSum(const std::vector<int> &nums, int target);

int main()
{
    std::string line;
    std::vector<int> nums;
    int target = 0;

    std::getline(std::cin, line);
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
    std::istringstream numbers(line);
    for (int number; numbers >> number;)
        nums.push_back(number);
    std::cin >> target;

    const int answer = dup(1);
    dup2(2, 1);
    std::vector<int> found = twoSum(nums, target);
    std::sort(found.begin(), found.end());
    std::cout << std::flush;
    std::fflush(nullptr);
    dup2(answer, 1);
    std::cout << '[';
    for (size_t i = 0; i < found.size(); i++)
        std::cout << (i ? "," : "") << found[i];
    std::cout << "]\n";
}
