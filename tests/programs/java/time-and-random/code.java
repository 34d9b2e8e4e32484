import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Random;

public class TimeAndRandom {
    static void check(boolean right) {
        if (!right)
            throw new AssertionError("wrong");
    }

    public static void main(String[] args) throws InterruptedException {
        check(LocalDate.now().getYear() >= 2025);
        long before = System.nanoTime();
        Thread.sleep(10);
        check(System.nanoTime() - before >= 10_000_000);
        Random random = new Random();
        for (int i = 0; i < 1000; i++)
            check(random.nextInt(6) < 6 && Math.random() < 1);
        byte[] one = new byte[16], other = new byte[16];
        new SecureRandom().nextBytes(one);
        new SecureRandom().nextBytes(other);
        check(!Arrays.equals(one, other));
        System.out.println("time and random");
    }
}
