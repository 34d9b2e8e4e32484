import java.util.ArrayList;
import java.util.List;

public class Hungry {
    public static void main(String[] args) {
        List<byte[]> kept = new ArrayList<>();
        for (;;)
            kept.add(new byte[100_000]);
    }
}
