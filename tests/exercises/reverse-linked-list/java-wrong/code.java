class Solution {
    ListNode reverseList(ListNode head) {
        return head;
    }
}
