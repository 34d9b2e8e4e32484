import java.util.Scanner;

public class Echo {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in).useDelimiter("\\A");
        System.out.print(in.next());
    }
}
