#ifndef LIST_NODE_H
#define LIST_NODE_H

struct ListNode {
    int val;
    ListNode *next;
    ListNode(int val_ = 0, ListNode *next_ = nullptr) : val(val_), next(next_) {}
};

#endif
