def reverse_list(head):
    done = None
    while head:
        head.next, done, head = done, head, head.next
    return done
