// rule: java-files
class Main {
    public static void main(String[] args) throws Exception {
        var out = new java.io.FileOutputStream("x");
        out.write(1);
    }
}
