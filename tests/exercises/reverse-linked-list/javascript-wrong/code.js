const reverseList = (head) => head;
