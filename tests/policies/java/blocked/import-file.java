// rule: java-files
import java.io.File;
import java.util.List;

class Main {
    public static void main(String[] args) {
        System.out.println(List.of(new File("/").list()));
    }
}
