#include "list_node.h"

#include <cstdio>
#include <iostream>

static const bool apart = std::ios::sync_with_stdio(false);

ListNode *reverseList(ListNode *head)
{
    ListNode *done = nullptr;

    printf("reversing");
    std::cout << "and reversing";
    while (head) {
        ListNode *next = head->next;
        head->next = done;
        done = head;
        head = next;
    }
    return done;
}
