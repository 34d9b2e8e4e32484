import java.util.ArrayList;
import java.util.List;

public class Raw {
    public static void main(String[] args) {
        List list = new ArrayList();
        list.add(1);
        System.out.println(list.get(0));
    }
}
