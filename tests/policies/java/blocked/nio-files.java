// rule: java-files
import java.nio.file.Files;
import java.nio.file.Path;

class Main {
    public static void main(String[] args) throws Exception {
        System.out.println(Files.readString(Path.of("/etc/passwd")));
    }
}
