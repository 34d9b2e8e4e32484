import java.util.Scanner;

public class FizzBuzz {
    public static void main(String[] args) {
        int n = new Scanner(System.in).nextInt();
        for (int i = 1; i <= n; i++) {
            String word = (i % 3 == 0 ? "Fizz" : "") + (i % 5 == 0 ? "Buzz" : "");
            System.out.println(word.isEmpty() ? String.valueOf(i) : word);
        }
    }
}
