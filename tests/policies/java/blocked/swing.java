// rule: java-screen
import javax.swing.JFrame;

class Main {
    public static void main(String[] args) {
        new JFrame("window").setVisible(true);
    }
}
