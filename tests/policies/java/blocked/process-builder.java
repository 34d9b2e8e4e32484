// rule: java-process
class Main {
    public static void main(String[] args) throws Exception {
        new ProcessBuilder("ls", "-l").inheritIO().start().waitFor();
    }
}
