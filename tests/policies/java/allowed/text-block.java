class Main {
    public static void main(String[] args) {
        String text = """
            import java.io.File;
            "Runtime.getRuntime().exec(" \""" new ProcessBuilder("ls")
            """;
        System.out.println(text);
    }
}
