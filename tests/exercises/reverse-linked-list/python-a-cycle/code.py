def reverse_list(head):
    if head and head.next:
        head.next.next = head
    return head
