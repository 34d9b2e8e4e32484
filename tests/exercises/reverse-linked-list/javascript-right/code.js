function reverseList(head) {
  let done = null;
  while (head) [head.next, done, head] = [done, head, head.next];
  return done;
}
