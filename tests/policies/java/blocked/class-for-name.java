// rule: java-reflection
class Main {
    public static void main(String[] args) throws Exception {
        Class<?> kind = Class.forName("java.lang." + "Runtime");
        System.out.println(kind);
    }
}
