import java.util.HashMap;
import java.util.Map;

public class Hungry {
    public static void main(String[] args) {
        Map<Integer, String> kept = new HashMap<>();
        for (int i = 0;; i++)
            kept.put(i, "number " + i);
    }
}
