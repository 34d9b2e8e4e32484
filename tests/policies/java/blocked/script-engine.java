// rule: java-dynamic
import javax.script.ScriptEngineManager;

class Main {
    public static void main(String[] args) throws Exception {
        new ScriptEngineManager().getEngineByName("js").eval("1");
    }
}
