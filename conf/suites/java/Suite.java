import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs an exercise's tests beside the program that they test, and tells the service how each of them ended.
 *
 * <p>It runs in a process and under a user of its own; the program is another process (SuiteHost.java), which has neither
 * these files nor this process's descriptors. The first of the exercise's files has the tests:
 *
 * <pre>
 * class AddTest {
 *     public static void main(String[] args) {
 *         Suite.test("adds", () -> Suite.equal(3L, Suite.call("add", 1, 2)));
 *         Suite.run();
 *     }
 * }
 * </pre>
 *
 * <p>What this process writes to its standard output is the report, in the lines that fcgi/model/suite_report.h
 * describes.
 */
final class Suite {
    interface Test {
        void run() throws Exception;
    }

    private static final long CALL_SECONDS = 3;
    private static final int OUTPUT_MAX = 64 * 1024, LINE_MAX = 1024 * 1024, NAME_MAX = 150, MESSAGE_MAX = 2000;

    private static final PrintStream report = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    private static final Map<String, Test> tests = new LinkedHashMap<>();
    private static final String mark = "\u001e" + HexFormat.of().formatHex(SecureRandom.getSeed(16)) + " ";
    private static final Map<Long, String> replies = new ConcurrentHashMap<>();
    private static final StringBuilder output = new StringBuilder(); // a character for each byte
    private static final Object changed = new Object();
    private static OutputStream program;
    private static long asked;
    private static boolean gone, dropping;
    private static volatile boolean begun;

    static {
        System.setOut(System.err); // what anything but tell() prints is no report
    }

    private Suite() {
    }

    /** The main method of the exercise's first file, whose class bears the file's name: it is compiled when it is asked for. */
    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(Suite::tellEarlyEnd));
        try {
            Method main = Class.forName(args[0].replaceFirst("\\.java$", "")).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } catch (InvocationTargetException error) {
            giveUp(String.valueOf(error.getCause()));
        } catch (ReflectiveOperationException | LinkageError error) {
            giveUp(error.toString());
        }
    }

    /** Loads no class: when one does not compile, the JVM exits with that locked. */
    private static void tellEarlyEnd() {
        if (begun) return;
        report.print("{\"broken\": \"it does not compile, or ended before Suite.run()\"}\n");
        report.flush();
    }

    private static void giveUp(String why) {
        tell("{\"broken\": " + json(text(why)) + "}");
        Runtime.getRuntime().halt(1);
    }

    static void test(String name, Test test) {
        if (tests.putIfAbsent(name, test) != null) throw new IllegalArgumentException("two tests of one name: " + name);
    }

    static void equal(Object expected, Object got) {
        if (!Objects.equals(expected, got)) throw new AssertionError("expected " + expected + ", got " + got);
    }

    static void check(boolean holds, String message) {
        if (!holds) throw new AssertionError(message);
    }

    /** Calls a method of the program's class Solution. What comes back is null, a Boolean, Long, Double, String or a List. */
    static Object call(String method, Object... args) {
        String reply = ask("call " + method + " " + SuiteWire.write(Arrays.asList(args)), CALL_SECONDS);
        if (reply == null) throw new AssertionError(method + "(): " + (gone ? "the program ended itself" : "it did not return within " + CALL_SECONDS + " seconds"));
        if (reply.startsWith("! ")) throw new AssertionError(method + "(): " + SuiteWire.read(reply.substring(2)));
        return SuiteWire.read(reply);
    }

    /** Has the program's main method run; it goes on while the tests run. */
    static void start() {
        String reply = ask("start", CALL_SECONDS);
        if (reply != null && reply.startsWith("! ")) throw new AssertionError("the program cannot be started: " + SuiteWire.read(reply.substring(2)));
    }

    /** What the program has written to its standard output so far. */
    static String output() {
        synchronized (changed) {
            return new String(output.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        }
    }

    static void run() {
        int failed = 0;
        begun = true;
        if (tests.isEmpty()) giveUp("it has no tests");
        Thread reader = new Thread(Suite::read);
        reader.setDaemon(true);
        reader.start();
        Map<String, Test> named = named();
        tell("{\"plan\": [" + String.join(", ", named.keySet().stream().map(Suite::json).toList()) + "]}");
        for (Map.Entry<String, Test> one : named.entrySet()) {
            String message = outcome(one.getValue());
            failed += message == null ? 0 : 1;
            tell("{\"test\": " + json(one.getKey()) + ", \"passed\": " + (message == null)
                + (message == null ? "" : ", \"message\": " + json(message)) + "}");
        }
        tell("{\"output\": " + json(output()) + "}");
        tell("{\"done\": true}");
        Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
    }

    /** The tests by the names that the report has for them; those that this makes equal get a number. */
    private static Map<String, Test> named() {
        Map<String, Test> named = new LinkedHashMap<>();
        tests.forEach((given, test) -> {
            String name = proper(given);
            named.put(named.containsKey(name) ? name + " (" + (named.size() + 1) + ")" : name, test);
        });
        return named;
    }

    private static String proper(String name) {
        StringBuilder out = new StringBuilder();
        int bytes = 0;
        for (int c : name.codePoints().toArray()) {
            String one = Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? "?" : Character.toString(c);
            bytes += one.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > NAME_MAX) break;
            out.append(one);
        }
        return out.isEmpty() ? "?" : out.toString();
    }

    private static String outcome(Test test) {
        try {
            test.run();
            return null;
        } catch (AssertionError error) {
            return text(error.getMessage());
        } catch (Throwable error) {
            return text(error.toString());
        }
    }

    private static String text(String message) {
        String known = message == null || message.isEmpty() ? "it is not as it should be" : message;
        return known.length() > MESSAGE_MAX ? known.substring(0, MESSAGE_MAX) : known;
    }

    private static void tell(String line) {
        report.print(line + "\n");
        report.flush();
    }

    /** Half a character, which no JSON has, becomes a question mark. */
    private static String json(String value) {
        StringBuilder out = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') out.append('\\').append((char) c);
            else if (c < ' ') out.append(String.format("\\u%04x", c));
            else if (c >= 0xd800 && c <= 0xdfff) out.append('?');
            else out.appendCodePoint(c);
        });
        return out.append('"').toString();
    }

    /** Null when no reply came in time. */
    private static String ask(String command, long seconds) {
        long number = ++asked, deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try {
            if (program == null) program = new FileOutputStream("/dev/fd/4");
            program.write((mark + number + " " + command + "\n").getBytes(StandardCharsets.UTF_8));
            synchronized (changed) {
                while (!gone && !replies.containsKey(number)) {
                    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (left <= 0) break;
                    changed.wait(left);
                }
            }
        } catch (IOException error) {
            gone = true;
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        return replies.remove(number);
    }

    /** Whatever comes is output, but for the rest of a line behind the mark. */
    private static void read() {
        StringBuilder unread = new StringBuilder();
        byte[] bytes = new byte[65536];
        try (InputStream in = new FileInputStream("/dev/fd/3")) {
            for (int size; (size = in.read(bytes)) >= 0;) {
                unread.append(new String(bytes, 0, size, StandardCharsets.ISO_8859_1));
                take(unread);
            }
        } catch (IOException | RuntimeException error) {
            // as if it had ended
        }
        synchronized (changed) {
            gone = true;
            changed.notifyAll();
        }
    }

    private static void take(StringBuilder unread) {
        synchronized (changed) {
            if (dropping) drop(unread);
            for (int at; (at = unread.indexOf(mark)) >= 0;) {
                int begin = at + mark.length(), newline = unread.indexOf("\n", begin), end = newline < 0 ? unread.length() : newline;
                if (newline < 0 && end - begin <= LINE_MAX) return;
                print(unread.substring(0, at));
                reply(unread.substring(begin, end));
                unread.delete(0, end);
                drop(unread);
            }
            int cut = unread.lastIndexOf(mark.substring(0, 1));
            if (cut < 0 || !mark.startsWith(unread.substring(cut))) cut = unread.length();
            print(unread.substring(0, cut));
            unread.delete(0, cut);
            changed.notifyAll();
        }
    }

    /** The rest of a line, which may be still to come. */
    private static void drop(StringBuilder unread) {
        int end = unread.indexOf("\n");
        dropping = end < 0;
        unread.delete(0, dropping ? unread.length() : end + 1);
    }

    private static void reply(String line) {
        String[] parts = line.split(" ", 2);
        if (parts.length < 2 || !parts[0].matches("\\d{1,9}") || Long.parseLong(parts[0]) > asked) return;
        replies.putIfAbsent(Long.parseLong(parts[0]), line.length() <= LINE_MAX ? parts[1]
            : "! " + SuiteWire.write("its answer is longer than 1 MiB"));
    }

    private static void print(String bytes) {
        output.append(bytes, 0, Math.min(bytes.length(), OUTPUT_MAX - output.length()));
    }
}
