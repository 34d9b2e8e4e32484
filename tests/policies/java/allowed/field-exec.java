class Main {
    int exec = 1;
    String process = "process", file = "File", runtime = "Runtime";

    public static void main(String[] args) {
        Main main = new Main();
        System.out.println(main.exec + main.process + main.file + main.runtime);
    }
}
