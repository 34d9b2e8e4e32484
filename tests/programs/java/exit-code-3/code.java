public class Exit {
    public static void main(String[] args) {
        System.out.println("said");
        System.exit(3);
    }
}
