class SuiteTest {
    public static void main(String[] args) {
        Suite.test("first", () -> {});
        throw new IllegalStateException("secret");
    }
}
