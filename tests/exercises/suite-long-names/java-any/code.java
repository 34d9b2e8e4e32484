class Solution {}
