class Engine {
    int exec(int x) { return x; }
    Engine load() { return this; }
}

class Main {
    public static void main(String[] args) {
        System.out.println(new Engine().load().exec(42));
    }
}
