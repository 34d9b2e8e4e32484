import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

class Main {
    public static void main(String[] args) {
        System.out.println(URI.create("http://example.org/x").getPath());
        System.out.println(URLEncoder.encode("a b", StandardCharsets.UTF_8));
    }
}
