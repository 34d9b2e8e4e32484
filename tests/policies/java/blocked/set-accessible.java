// rule: java-reflection
import java.lang.reflect.Field;

class Main {
    public static void main(String[] args) throws Exception {
        Field field = String.class.getDeclaredField("value");
        field.setAccessible(true);
    }
}
