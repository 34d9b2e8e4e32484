class GreeterTest {
    public static void main(String[] args) {
        Suite.test("greets", () -> {
            Suite.start();
            while (!Suite.output().equals("hello\n")) Thread.sleep(10);
        });
        Suite.run();
    }
}
