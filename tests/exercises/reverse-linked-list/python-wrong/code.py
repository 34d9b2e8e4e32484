from list_node import ListNode


def reverse_list(head):
    return head
