// rule: java-remote
import java.net.http.HttpClient;

class Main {
    public static void main(String[] args) {
        System.out.println(HttpClient.newHttpClient());
    }
}
