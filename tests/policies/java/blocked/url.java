// rule: java-remote
import java.net.URL;

class Main {
    public static void main(String[] args) throws Exception {
        new URL("http://example.org").openStream().close();
    }
}
