#include "list_node.h"

ListNode *reverseList(ListNode *head)
{
    ListNode *done = nullptr;
    while (head) {
        ListNode *next = head->next;
        head->next = done;
        done = head;
        head = next;
    }
    return done;
}
