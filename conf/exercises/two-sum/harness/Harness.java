import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.stream.Collectors;

class Harness {
    static int[] numbers(String line) {
        String inner = line.replaceAll("[\\[\\]\\s]", "");
        return inner.isEmpty() ? new int[0] : Arrays.stream(inner.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        int[] nums = numbers(in.readLine());
        int target = Integer.parseInt(in.readLine().trim());
        PrintStream answer = System.out;
        System.setOut(System.err);
        int[] found = new Solution().twoSum(nums, target);
        Arrays.sort(found);
        answer.println(Arrays.stream(found).mapToObj(String::valueOf).collect(Collectors.joining(",", "[", "]")));
    }
}
