class Solution {
    ListNode reverseList(ListNode head) {
        ListNode done = null;
        while (head != null) {
            ListNode next = head.next;
            head.next = done;
            done = head;
            head = next;
        }
        return done;
    }
}
