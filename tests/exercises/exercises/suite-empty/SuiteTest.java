class SuiteTest {
    static final String SECRET = "secret";

    public static void main(String[] args) {
        Suite.run();
    }
}
