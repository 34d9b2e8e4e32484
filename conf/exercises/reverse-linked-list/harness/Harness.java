import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

class Harness {
    public static void main(String[] args) throws IOException {
        String inner = new BufferedReader(new InputStreamReader(System.in)).readLine().replaceAll("[\\[\\]\\s]", "");
        String[] values = inner.isEmpty() ? new String[0] : inner.split(",");
        PrintStream answer = System.out;
        System.setOut(System.err);
        ListNode head = null;
        for (int i = values.length - 1; i >= 0; i--) {
            head = new ListNode(Integer.parseInt(values[i]), head);
        }
        List<Integer> found = new ArrayList<>();
        for (ListNode node = new Solution().reverseList(head); node != null && found.size() <= values.length; node = node.next) {
            found.add(node.val);
        }
        answer.println(found.size() > values.length ? "a cycle"
            : found.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
    }
}
