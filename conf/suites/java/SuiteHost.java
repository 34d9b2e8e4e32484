import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Holds the program that an exercise's tests are about: calls the methods of its class Solution, or runs its main method, as
 * the tests say (Suite.java).
 *
 * <p>Commands come as lines on standard input and are answered on standard output behind a mark that the tests chose,
 * between what the program itself writes there. The program may interfere with all of this as it likes: it can do no more
 * than answer, which is what it is for.
 */
final class SuiteHost {
    private static final PrintStream replies = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static Object solution;

    private SuiteHost() {
    }

    public static void main(String[] args) throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        System.setIn(new ByteArrayInputStream(new byte[0]));
        for (String line; (line = commands.readLine()) != null;) {
            String[] parts = line.split(" ", 5); // mark, number, command, method, arguments
            String answer;
            try {
                answer = parts[2].equals("start") ? start() : SuiteWire.write(call(parts[3], (List<?>) SuiteWire.read(parts[4])));
            } catch (Throwable error) {
                Throwable cause = error instanceof InvocationTargetException wrapped ? wrapped.getCause() : error;
                cause.printStackTrace();
                answer = "! " + SuiteWire.write(cause.toString());
            }
            System.out.flush();
            replies.print(parts[0] + " " + parts[1] + " " + answer + "\n");
            replies.flush();
        }
    }

    private static String start() throws Exception {
        Method main = mainMethod();
        main.setAccessible(true);
        new Thread(() -> {
            try {
                Object on = Modifier.isStatic(main.getModifiers()) ? null : create(main.getDeclaringClass());
                main.invoke(on, main.getParameterCount() == 0 ? new Object[0] : new Object[] {new String[0]});
            } catch (ReflectiveOperationException error) {
                (error.getCause() == null ? error : error.getCause()).printStackTrace();
            }
        }).start();
        return "n";
    }

    /** Of the class that a plain run would start, which compiling has written down (images/java); this one, where there is none. */
    private static Method mainMethod() throws Exception {
        Class<?> type = Class.forName(Files.readString(Path.of(".main")).strip());
        if (type == SuiteHost.class) throw new NoSuchMethodException("there is no main method");
        try {
            return type.getDeclaredMethod("main", String[].class);
        } catch (NoSuchMethodException error) {
            return type.getDeclaredMethod("main");
        }
    }

    private static Object call(String name, List<?> args) throws Exception {
        Class<?> type = Class.forName("Solution");
        for (Method method : type.getDeclaredMethods()) {
            if (!method.getName().equals(name) || method.getParameterCount() != args.size()) continue;
            Object[] given = new Object[args.size()];
            for (int i = 0; i < given.length; i++) given[i] = convert(args.get(i), method.getParameterTypes()[i]);
            method.setAccessible(true);
            return method.invoke(Modifier.isStatic(method.getModifiers()) ? null : solution(type), given);
        }
        throw new NoSuchMethodException("there is no method " + name + "() with " + args.size() + " parameters in class Solution");
    }

    /** One object for all calls, so that it can keep a state. */
    private static Object solution(Class<?> type) throws Exception {
        if (solution == null) solution = create(type);
        return solution;
    }

    private static Object create(Class<?> type) throws ReflectiveOperationException {
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static Object convert(Object value, Class<?> to) {
        if (value instanceof Number n) {
            if (to == int.class || to == Integer.class) return n.intValue();
            if (to == double.class || to == Double.class) return n.doubleValue();
            if (to == float.class || to == Float.class) return n.floatValue();
            if (to == short.class || to == Short.class) return n.shortValue();
            if (to == byte.class || to == Byte.class) return n.byteValue();
        }
        if (value instanceof String s && (to == char.class || to == Character.class)) return s.charAt(0);
        if (value instanceof List<?> list && to.isArray()) {
            Object array = Array.newInstance(to.getComponentType(), list.size());
            for (int i = 0; i < list.size(); i++) Array.set(array, i, convert(list.get(i), to.getComponentType()));
            return array;
        }
        return value;
    }
}
