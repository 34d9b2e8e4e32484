import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as text on one line: null, booleans, long, double, String, and lists of these. Nothing else can come over. */
final class SuiteWire {
    private static final Pattern TOKEN = Pattern.compile("n|t|f|i-?\\d{1,19}|d[-+.\\w]{1,40}|s([^;]*);|\\[|\\]");
    private static final int DEPTH_MAX = 64;

    private final Matcher tokens;
    private int at;

    private SuiteWire(String text) {
        tokens = TOKEN.matcher(text);
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, 0);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out, int depth) {
        if (depth > DEPTH_MAX) throw new IllegalArgumentException("a value that is nested too deeply");
        switch (value) {
            case null -> out.append('n');
            case Boolean b -> out.append(b ? 't' : 'f');
            case Byte n -> out.append('i').append(n);
            case Short n -> out.append('i').append(n);
            case Integer n -> out.append('i').append(n);
            case Long n -> out.append('i').append(n);
            case Float n -> out.append('d').append(n.doubleValue());
            case Double n -> out.append('d').append(n);
            case Character c -> writeText(c.toString(), out);
            case String s -> writeText(s, out);
            case Iterable<?> all -> {
                out.append('[');
                for (Object one : all) write(one, out, depth + 1);
                out.append(']');
            }
            default -> {
                if (!value.getClass().isArray()) {
                    throw new IllegalArgumentException("a " + value.getClass().getName() + ", which no test can read");
                }
                out.append('[');
                for (int i = 0; i < java.lang.reflect.Array.getLength(value); i++) {
                    write(java.lang.reflect.Array.get(value, i), out, depth + 1);
                }
                out.append(']');
            }
        }
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('s');
        text.chars().forEach(c -> {
            if (c < ' ' || c > '~' || c == '\\' || c == ';') out.append(String.format("\\x%04x", c));
            else out.append((char) c);
        });
        out.append(';');
    }

    /** Throws IllegalArgumentException where the text is not what write makes. */
    static Object read(String text) {
        SuiteWire wire = new SuiteWire(text);
        Object value = wire.next(0);
        if (wire.at != text.length()) throw new IllegalArgumentException("no value");
        return value;
    }

    private Object next(int depth) {
        if (!tokens.find(at) || tokens.start() != at || depth > DEPTH_MAX) throw new IllegalArgumentException("no value");
        String token = tokens.group();
        at = tokens.end();
        return switch (token.charAt(0)) {
            case 'n' -> null;
            case 't' -> true;
            case 'f' -> false;
            case 'i' -> Long.parseLong(token.substring(1));
            case 'd' -> Double.parseDouble(token.substring(1));
            case 's' -> text(tokens.group(1));
            case '[' -> list(depth);
            default -> throw new IllegalArgumentException("no value");
        };
    }

    private static String text(String escaped) {
        return Pattern.compile("\\\\x([0-9a-f]{4})").matcher(escaped)
            .replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    private List<Object> list(int depth) {
        List<Object> values = new ArrayList<>();
        while (!tokens.find(at) || tokens.start() != at || tokens.group().charAt(0) != ']') values.add(next(depth + 1));
        at = tokens.end();
        return values;
    }
}
