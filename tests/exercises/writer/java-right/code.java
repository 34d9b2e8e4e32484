class Solution {
    void write(int b) {
        System.out.write(b);
        System.out.flush();
    }
}
