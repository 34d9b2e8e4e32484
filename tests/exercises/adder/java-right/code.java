import java.util.ArrayList;
import java.util.List;

class Solution {
    long add(long a, long b) {
        System.out.println("adding " + a);
        return a + b;
    }

    List<String> join(List<String> a, List<String> b) {
        List<String> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }
}
