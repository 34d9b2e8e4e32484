// rule: java-files
import static java.nio.file.Files.readAllLines;

class Main {
    public static void main(String[] args) {
        System.out.println("unused");
    }
}
