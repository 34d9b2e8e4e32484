// import java.io.File;
/* Runtime.getRuntime().exec("ls");
 * new ProcessBuilder("x") */
class Main {
    /** Like {@link java.io.File}, but not. */
    public static void main(String[] args) {
        System.out.println("x"); // new FileReader("x")
    }
}
