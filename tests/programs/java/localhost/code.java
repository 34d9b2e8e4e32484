import java.net.ServerSocket;
import java.net.Socket;

public class Main {
    public static void main(String[] args) throws Exception {
        try (ServerSocket server = new ServerSocket(3000)) {
            Thread serving = new Thread(() -> {
                try (Socket connection = server.accept()) {
                    connection.getOutputStream().write("hello from localhost".getBytes());
                } catch (Exception e) {
                    e.printStackTrace();
                }
            });
            serving.start();
            try (Socket client = new Socket("localhost", 3000)) {
                System.out.println(new String(client.getInputStream().readAllBytes()));
            }
            serving.join();
        }
    }
}
