function reverseList(head) {
  let done = null;
  process.stdout.write("reversing ");
  console.table([head]);
  while (head) [head.next, done, head] = [done, head, head.next];
  return done;
}
