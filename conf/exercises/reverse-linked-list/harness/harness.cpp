#include "list_node.h"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

ListNode *reverseList(ListNode *head);

int main()
{
    std::string line;
    std::vector<int> values, found;

    std::getline(std::cin, line);
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
    std::istringstream numbers(line);
    for (int number; numbers >> number;)
        values.push_back(number);

    const int answer = dup(1);
    dup2(2, 1);
    ListNode *head = nullptr;
    for (auto value = values.rbegin(); value != values.rend(); ++value)
        head = new ListNode(*value, head);
    for (ListNode *node = reverseList(head); node && found.size() <= values.size(); node = node->next)
        found.push_back(node->val);
    std::cout << std::flush;
    std::fflush(nullptr);
    dup2(answer, 1);
    if (found.size() > values.size()) {
        std::cout << "a cycle\n";
        return 0;
    }
    std::cout << '[';
    for (size_t i = 0; i < found.size(); i++)
        std::cout << (i ? "," : "") << found[i];
    std::cout << "]\n";
}
