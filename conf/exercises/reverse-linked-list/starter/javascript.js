// A node is { val, next }.
function reverseList(head) {
  // Return the head of the reversed list.
  return head;
}
