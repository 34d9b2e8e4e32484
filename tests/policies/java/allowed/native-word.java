class Main {
    static String nativeLanguage(String name) { return "native " + name; }

    public static void main(String[] args) {
        boolean isNative = true;
        System.out.println(nativeLanguage("x") + isNative);
    }
}
