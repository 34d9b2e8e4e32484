class Helper {
    int twice(int n) {
        return 2 * n;
    }
}

class Program {
    public static void main(String[] args) {
        System.out.println(new Helper().twice(21));
    }
}
