class Main {
    public static void main(String[] args) {
        Runtime runtime = Runtime.getRuntime();
        System.out.println(runtime.availableProcessors() > 0);
        System.out.println(Runtime.getRuntime().totalMemory() > 0);
    }
}
