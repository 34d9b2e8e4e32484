// rule: java-process
public class Main {
    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().exec("ls");
    }
}
