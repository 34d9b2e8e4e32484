import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Hungry {
    public static void main(String[] args) {
        List<byte[]> kept = new ArrayList<>();
        for (;;) {
            byte[] block = new byte[1 << 20];
            Arrays.fill(block, (byte) 1);
            kept.add(block);
        }
    }
}
