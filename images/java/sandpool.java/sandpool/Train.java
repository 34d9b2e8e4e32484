package sandpool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What people's programs use most. The compiler and the runtime are each run on it once, and the classes and links that
 * they came by are kept in the archives.
 */
public class Train {
    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    enum Level { LOW, HIGH }

    static abstract class Animal implements Comparable<Animal> {
        protected final String name;

        Animal(String name) {
            this.name = name;
        }

        abstract String sound();

        @Override
        public int compareTo(Animal other) {
            return name.compareTo(other.name);
        }

        @Override
        public String toString() {
            return String.format("%s says %s", name, sound());
        }
    }

    static class Dog extends Animal {
        Dog(String name) {
            super(name);
        }

        @Override
        String sound() {
            return "woof";
        }
    }

    static class Problem extends RuntimeException {
        Problem(String message, Throwable cause) {
            super(message, cause);
        }
    }

    static double area(Shape shape) {
        return switch (shape) {
            case Circle(double radius) -> Math.PI * radius * radius;
            case Square square when square.side() > 1 -> square.side() * square.side();
            case Square square -> 1;
        };
    }

    static <T extends Comparable<T>> T largest(List<? extends T> list) {
        T best = null;
        for (T item : list)
            if (best == null || item.compareTo(best) > 0)
                best = item;
        return best;
    }

    static void collections() {
        List<Integer> numbers = new ArrayList<>(List.of(5, 3, 8));
        Collections.sort(numbers);
        numbers.sort(Comparator.reverseOrder());
        Map<String, Integer> counts = new HashMap<>();
        for (String word : "a b a c".split(" "))
            counts.merge(word, 1, Integer::sum);
        Map<String, List<Integer>> sorted = new TreeMap<>();
        sorted.computeIfAbsent("x", key -> new LinkedList<>()).add(1);
        Deque<Integer> stack = new ArrayDeque<>();
        stack.push(1);
        PriorityQueue<int[]> queue = new PriorityQueue<>((a, b) -> a[0] - b[0]);
        queue.add(new int[] {1, 2});
        Set<Character> seen = new LinkedHashSet<>();
        for (char c : "hello".toCharArray())
            seen.add(c);
        EnumMap<Level, String> levels = new EnumMap<>(Level.class);
        levels.put(Level.HIGH, "high");
        int[] array = {3, 1, 2};
        Arrays.sort(array);
        Integer[] boxed = {3, 1, 2};
        Arrays.sort(boxed, Collections.reverseOrder());
        System.out.println(numbers + " " + counts + " " + sorted + stack.peek() + queue.poll()[1] + seen + levels
                + Arrays.toString(array) + Arrays.asList(boxed) + new HashSet<>(numbers).contains(3) + largest(numbers));
        for (Iterator<Integer> it = numbers.iterator(); it.hasNext();)
            if (it.next() > 4)
                it.remove();
    }

    static void streams() {
        System.out.println(IntStream.rangeClosed(1, 5).filter(n -> n % 2 == 1).mapToObj(Integer::toString)
                .collect(Collectors.joining(",", "[", "]")));
        Map<Integer, Long> lengths = Stream.of("pear", "fig", "apple")
                .sorted(Comparator.comparing(String::length).thenComparing(s -> s))
                .collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.counting()));
        System.out.println(lengths);
        System.out.println(Stream.of(1, 2, 3).map(n -> n * n).reduce(0, Integer::sum) + " "
                + Stream.iterate(1, n -> n * 2).limit(5).toList() + Optional.of(1).map(n -> n + 1).orElse(0));
    }

    static void text() {
        StringBuilder builder = new StringBuilder();
        for (int i = 0; i < 3; i++)
            builder.append(i).append(' ');
        Matcher matcher = Pattern.compile("(\\w+)@(\\w+)").matcher("me@home you@work");
        while (matcher.find())
            builder.append(matcher.group(1)).insert(0, matcher.group(2));
        System.out.printf("%d %5.2f %s %x %-5s|%n", 42, Math.sqrt(2), builder.reverse(), 255, "ab");
        System.out.println("Grüße".toUpperCase() + "a,b".split(",").length + """
                a block""" + String.join("-", List.of("a", "b")) + "x".repeat(3) + Integer.parseInt("12") + Double.parseDouble("1.5"));
    }

    static void numbers() {
        long sum = 0;
        for (int i = 0; i < 200_000; i++)
            sum += i % 7 * (long) i;
        System.out.println(sum + " " + BigInteger.TWO.pow(100) + new BigDecimal("1.10").add(BigDecimal.ONE)
                + new Random(1).nextInt(10) + Math.max(1, 2) + Long.MAX_VALUE + (char) ('a' + 1) + 1.0f + true);
    }

    static void threads() throws Exception {
        AtomicInteger counter = new AtomicInteger();
        ConcurrentHashMap<Integer, String> map = new ConcurrentHashMap<>();
        Thread thread = new Thread(() -> {
            synchronized (map) {
                counter.incrementAndGet();
            }
        });
        thread.start();
        thread.join();
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            System.out.println(pool.submit(() -> counter.addAndGet(5)).get() + CompletableFuture.supplyAsync(() -> 1, pool).join());
        }
    }

    static void exceptions() {
        try {
            Object o = List.of(1).get(3);
        } catch (IndexOutOfBoundsException e) {
            try {
                throw new Problem("wrapped", e);
            } catch (Problem problem) {
                problem.printStackTrace();
            } finally {
                System.err.println("finally");
            }
        }
    }

    static void outside() throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in));
        System.out.println(reader.readLine());
        Scanner scanner = new Scanner("1 2.5 word\nline");
        System.out.println(scanner.nextInt() + scanner.nextDouble() + scanner.next() + scanner.nextLine() + scanner.hasNextLine());
        Path path = Files.createTempFile("train", ".txt");
        Files.writeString(path, "a\nb\n", StandardCharsets.UTF_8);
        System.out.println(Files.readAllLines(path).size() + " " + LocalDate.of(2024, 2, 29).plusYears(1) + " "
                + Duration.between(Instant.EPOCH, Instant.ofEpochSecond(60)).toMinutes() + (System.currentTimeMillis() > System.nanoTime() / 1_000_000_000));
        Files.delete(path);
    }

    public static void main(String[] args) throws Exception {
        System.out.println("Hello, World!");
        List<Animal> animals = new ArrayList<>();
        animals.add(new Dog("Rex"));
        for (Animal animal : animals)
            System.out.println(animal);
        System.out.println(area(new Circle(1)) + area(new Square(2)));
        Function<Integer, Function<Integer, Integer>> add = a -> b -> a + b;
        System.out.println(add.apply(1).apply(2) + new Circle(2).toString() + new Circle(2).hashCode() + Level.valueOf("LOW").ordinal());
        collections();
        streams();
        text();
        numbers();
        threads();
        exceptions();
        outside();
    }
}
