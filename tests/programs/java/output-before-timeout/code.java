public class Loop {
    public static void main(String[] args) {
        System.out.println("before");
        for (;;);
    }
}
