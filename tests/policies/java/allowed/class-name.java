class Main {
    public static void main(String[] args) {
        Object value = "x";
        System.out.println(value.getClass().getSimpleName() + Main.class.getName());
    }
}
