// rule: java-dynamic
import java.io.ObjectInputStream;

class Main {
    public static void main(String[] args) throws Exception {
        System.out.println(new ObjectInputStream(System.in).readObject());
    }
}
