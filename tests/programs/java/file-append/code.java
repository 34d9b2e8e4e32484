import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

public class Notes {
    public static void main(String[] args) throws IOException {
        Path path = Path.of("notes.txt");
        Files.writeString(path, "first Ä\n");
        Files.writeString(path, "second\n", StandardOpenOption.APPEND);
        System.out.print(Files.readString(path));
    }
}
