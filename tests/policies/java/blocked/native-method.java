// rule: java-native
class Main {
    static native int nothing(int x);

    public static void main(String[] args) {
        System.loadLibrary("nothing");
    }
}
