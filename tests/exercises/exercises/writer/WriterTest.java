import java.nio.charset.StandardCharsets;

class WriterTest {
    public static void main(String[] args) {
        Suite.test("prints a character byte by byte", () -> {
            for (byte b : "\ud83d\ude00".getBytes(StandardCharsets.UTF_8)) Suite.call("write", b);
            Suite.equal("\ud83d\ude00", Suite.output());
        });
        Suite.run();
    }
}
