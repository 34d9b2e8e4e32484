public class Failing {
    public static void main(String[] args) {
        System.out.println("before");
        throw new IllegalStateException("the reason 42");
    }
}
