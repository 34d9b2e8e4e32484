public class Compute {
    public static void main(String[] args) {
        int x = 1;
        for (int i = 0; i < 400_000_000; i++)
            x = (x * 1103515245 + 12345) & 0x7fffffff;
        System.out.println(x);
    }
}
