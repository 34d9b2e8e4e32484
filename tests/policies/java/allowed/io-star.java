import java.io.*;
import java.util.*;

class Main {
    public static void main(String[] args) throws IOException {
        Writer text = new StringWriter();
        text.write("x");
        System.out.println(text);
    }
}
