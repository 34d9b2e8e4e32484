import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

public class Threads {
    public static void main(String[] args) throws Exception {
        AtomicInteger sum = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int n = i;
            threads.add(Thread.ofPlatform().start(() -> sum.addAndGet(n)));
        }
        for (Thread thread : threads)
            thread.join();
        try (var pool = Executors.newFixedThreadPool(32)) {
            for (int i = 4; i < 6; i++) {
                int n = i;
                pool.submit(() -> sum.addAndGet(n));
            }
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 6; i < 8; i++) {
                int n = i;
                pool.submit(() -> sum.addAndGet(n));
            }
        }
        System.out.println(sum);
    }
}
