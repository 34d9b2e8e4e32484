public class Replace {
    public static void main(String[] args) {
        System.out.println("zoë@example.org".replaceAll("(\\p{L}+)@(\\w+)\\.org", "$2 has $1"));
    }
}
