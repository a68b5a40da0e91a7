package dev.backplane.backend.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Programs of {@link OnCpu#warming} once their vectors are warm, and what they allocate then. */
final class OnceWarm {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * There are JVMs that never compile a kernel: it stays scalar, and the warm-up gives it up late.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int STRETCHES = 100;

  private OnceWarm() {}

  /** Whether a device of this JVM has forms to warm up. */
  static boolean warmsUp() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("backplane-cpu-warm-up"));
  }

  /** Runs until nothing warms up any more, or for a minute: what is not warm then is scalar. */
  static void await(Runnable run) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    do {
      for (int i = 0; i < 20; i++) {
        run.run();
      }
    } while (warmsUp() && System.nanoTime() < end);
    run.run(); // adopts the last ones
  }

  /**
   * What runs allocate when they are warm, by the JVM's own count, on this thread and on those of
   * devices: the least bytes of several stretches. The JVM links and customizes a call now and
   * then, and a form that makes objects all the same is back to scalars after an alarm; what runs
   * allocate by themselves comes in each stretch.
   */
  static long leastBytes(Runnable run, int runs) {
    await(run);
    var helpers =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().matches("backplane-cpu-[0-9]+"))
            .mapToLong(Thread::threadId)
            .toArray();
    allocated(helpers); // what measuring itself allocates the first time
    long least = Long.MAX_VALUE;
    for (int stretch = 0; stretch < STRETCHES && least > 0; stretch++) {
      long before = allocated(helpers);
      for (int i = 0; i < runs; i++) {
        run.run();
      }
      least = Math.min(least, allocated(helpers) - before);
    }
    return least;
  }

  private static long allocated(long[] helpers) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    for (long helper : helpers) {
      bytes += THREADS.getThreadAllocatedBytes(helper);
    }
    return bytes;
  }
}
