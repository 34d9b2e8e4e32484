class Main {
    public static void main(String[] args) {
        System.out.println("Runtime.getRuntime().exec(\"ls\")");
        System.out.println("import java.io.File;" + 'x' + '"' + "new File(");
    }
}
