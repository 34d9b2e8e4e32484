class SuiteTest {
    public static void main(String[] args) {
        Suite.test("secret", (-> {});
        Suite.run();
    }
}
