// rule: java-network
import java.net.Socket;

class Main {
    public static void main(String[] args) throws Exception {
        new Socket("example.org", 80).close();
    }
}
