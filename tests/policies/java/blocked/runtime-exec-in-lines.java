// rule: java-process
class Main {
    public static void main(String[] args) throws Exception {
        Process process = Runtime
            .getRuntime()
            .exec(new String[] {"id"});
        process.waitFor();
    }
}
