import java.util.stream.IntStream;

public class Hello {
    public static void main(String[] args) {
        System.out.println(IntStream.range(0, 10_000).mapToObj(Integer::toString).toList().size());
    }
}
