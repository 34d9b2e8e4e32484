import java.util.List;

class AddTest {
    public static void main(String[] args) {
        Suite.test("adds small numbers", () -> Suite.equal(3L, Suite.call("add", 1, 2)));
        Suite.test("adds large numbers", () -> Suite.equal((1L << 40) + 1, Suite.call("add", 1L << 40, 1)));
        Suite.test("joins", () -> Suite.equal(List.of("\u00e4;", "\\b"), Suite.call("join", List.of("\u00e4;"), List.of("\\b"))));
        Suite.run();
    }
}
