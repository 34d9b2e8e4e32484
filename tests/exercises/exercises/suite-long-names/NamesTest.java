class NamesTest {
    public static void main(String[] args) {
        Suite.test("\u00e4".repeat(110), () -> {});
        Suite.test("\u00e4".repeat(111), () -> {});
        Suite.test("x" + "\ud83d\ude00".repeat(50), () -> {});
        Suite.test("a tab\t, half a character \ud83d", () -> {});
        Suite.test("", () -> {});
        Suite.run();
    }
}
