class Solution {
    ListNode reverseList(ListNode head) {
        // Return the head of the reversed list.
        return head;
    }
}
