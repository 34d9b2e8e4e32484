// rule: java-native
import sun.misc.Unsafe;

class Main {
    public static void main(String[] args) {
        System.out.println(Unsafe.class);
    }
}
