import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Input {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        int bytes = 0, lines = 0;
        for (String line; (line = in.readLine()) != null; lines++)
            bytes += line.length() + 1;
        System.out.println(bytes + " bytes, " + lines + " lines");
    }
}
