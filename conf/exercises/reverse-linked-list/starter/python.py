from list_node import ListNode


def reverse_list(head):
    # Return the head of the reversed list.
    return head
