package sandpool;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * javac for sources as people send them. Arguments: the file to say the main class in, javac's options, --, the sources,
 * the one to start first.
 *
 * <p>A source called Main.java whose public class is called otherwise is taken for a file named after that class. The main
 * class is the first that has a main method: of the first source the one named like it, then its others, then those of the
 * other sources. It is written as an argument file for `java`.
 */
public final class Compile {
    private static final String UNNAMED = "Main";
    private static final Pattern TEXT = Pattern.compile(
            "//[^\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'", Pattern.DOTALL);
    private static final Pattern PUBLIC = Pattern.compile(
            "\\bpublic\\s+(?:(?:abstract|final|sealed|non-sealed|strictfp)\\s+)*(?:class|interface|@interface|enum|record)\\s+(\\w+)",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** A source in memory, under the name that javac wants it to have. */
    private static final class Source extends SimpleJavaFileObject {
        private final String content;

        Source(String name, String content) throws URISyntaxException {
            super(new URI(null, null, name, null), Kind.SOURCE);
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }

    private static Source read(String file) throws IOException, URISyntaxException {
        String content = new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        if (file.equals(UNNAMED + ".java")) {
            Matcher declared = PUBLIC.matcher(TEXT.matcher(content).replaceAll(" "));
            if (declared.find())
                file = declared.group(1) + ".java";
        }
        return new Source(file, content);
    }

    /** Looks for the class to start, in sources in the order in which they are parsed. */
    private static final class Search implements TaskListener {
        private String first; // what `java` should say that it cannot be started, where none can
        private String found;

        @Override
        public void finished(TaskEvent event) {
            if (event.getKind() != TaskEvent.Kind.PARSE || found != null)
                return;
            CompilationUnitTree unit = event.getCompilationUnit();
            String prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
            for (Tree tree : unit.getTypeDecls()) {
                if (!(tree instanceof ClassTree type))
                    continue;
                String name = type.getSimpleName().toString();
                if (first == null)
                    first = prefix + name;
                if (canStart(type) && (found == null || unit.getSourceFile().isNameCompatible(name, JavaFileObject.Kind.SOURCE)))
                    found = prefix + name;
            }
        }

        private static boolean canStart(ClassTree type) {
            for (Tree member : type.getMembers())
                if (member instanceof MethodTree method && method.getName().contentEquals("main")
                        && method.getParameters().size() <= 1 && !method.getModifiers().getFlags().contains(Modifier.PRIVATE))
                    return true;
            return false;
        }

        String result() {
            return found != null ? found : first != null ? first : UNNAMED;
        }
    }

    public static void main(String[] args) throws IOException, URISyntaxException {
        List<String> options = new ArrayList<>();
        List<JavaFileObject> sources = new ArrayList<>();
        Search search = new Search();
        int i = 1;
        while (!args[i].equals("--"))
            options.add(args[i++]);
        while (++i < args.length)
            sources.add(read(args[i]));

        PrintWriter out = new PrintWriter(System.err);
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(out, null, null, options, null, sources);
        task.addTaskListener(search);
        boolean compiled = task.call();
        out.flush();
        if (compiled)
            Files.writeString(Path.of(args[0]), search.result() + "\n");
        System.exit(compiled ? 0 : 1);
    }
}
