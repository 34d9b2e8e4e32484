import java.util.stream.IntStream;
import java.util.stream.Collectors;

class Main {
    public static void main(String[] args) {
        System.out.println(IntStream.range(0, 5).boxed().map(String::valueOf).collect(Collectors.joining(",")));
        System.exit(0);
    }
}
