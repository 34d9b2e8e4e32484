import java.util.HashMap;
import java.util.Map;

class Profile {
    Map<String, Integer> files = new HashMap<>();
    void newFile(String name) { files.put(name, 1); }
}

class Main {
    public static void main(String[] args) {
        Profile profile = new Profile();
        profile.newFile("x");
        System.out.println(profile.files);
    }
}
