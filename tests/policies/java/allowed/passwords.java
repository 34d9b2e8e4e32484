class Main {
    static boolean check(String password) { return password.length() > 8; }

    public static void main(String[] args) {
        String password = args.length > 0 ? args[0] : "";
        System.out.println(check(password) + "password: " + password);
    }
}
