// rule: java-files
import java.io.*;

class Main {
    public static void main(String[] args) throws IOException {
        try (BufferedReader in = new BufferedReader(new FileReader("/etc/passwd"))) {
            System.out.println(in.readLine());
        }
    }
}
