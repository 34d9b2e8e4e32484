public class Output {
    public static void main(String[] args) {
        for (int i = 0; i < 65536; i++)
            System.out.print("0123456789abcdef");
    }
}
