class Main {
    private final String greeting = "hello";

    static void main() {
        System.out.println("not this one");
    }

    void main(String[] args) {
        System.out.println(greeting);
    }
}
