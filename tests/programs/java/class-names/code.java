// public class NotThis
/* public class NorThis */
import java.util.List;

class Helper {
    static final String QUOTE = "public class NotEither {";

    static int twice(int n) {
        return 2 * n;
    }
}

interface Shown {
    String show();
}

public final class Größe implements Shown {
    public String show() {
        return List.of(Helper.twice(21)) + Helper.QUOTE;
    }

    public static void main(String[] args) {
        System.out.println(new Größe().show());
    }
}
