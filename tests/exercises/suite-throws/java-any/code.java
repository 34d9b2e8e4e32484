class Solution {
}
