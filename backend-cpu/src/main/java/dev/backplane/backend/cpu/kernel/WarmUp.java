package dev.backplane.backend.cpu.kernel;

import java.util.function.BooleanSupplier;

/** Runs two forms of a kernel in turns until the JVM has compiled the one that is to be faster. */
final class WarmUp {
  private static final int CALLS = 10_000;
  private static final long NANOS = 3_000_000_000L;

  /** So often in a row must it be faster, because other work on the core slows down either. */
  private static final int WINS = 5;

  /** What it takes of the other's time when the JVM's optimizing compiler has been at it. */
  private static final double SHARE = 0.8;

  private WarmUp() {}

  /**
   * Returns when the faster form is compiled, it has had its time, or it is told to stop.
   *
   * @param faster on memory that nobody else uses
   * @param slower on that memory too
   */
  static void run(Runnable faster, Runnable slower, BooleanSupplier stop) {
    long begin = System.nanoTime();
    int wins = 0;
    for (int i = 0; i < CALLS && wins < WINS && !stop.getAsBoolean(); i++) {
      long before = System.nanoTime();
      faster.run();
      long between = System.nanoTime();
      slower.run();
      long after = System.nanoTime();
      wins = between - before < SHARE * (after - between) ? wins + 1 : 0;
      if (after - begin > NANOS) {
        return;
      }
    }
  }
}
