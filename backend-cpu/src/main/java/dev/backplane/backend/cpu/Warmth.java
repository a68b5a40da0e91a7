package dev.backplane.backend.cpu;

import dev.backplane.backend.cpu.kernel.Kernel;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How warm the kernels of one program are. What runs once, such as the first values of parameters,
 * is done before vectors would have been compiled: so its kernels stay scalar, and from the second
 * run on vectors are warmed up beside the runs.
 */
final class Warmth {
  private static final System.Logger LOGGER = System.getLogger(Warmth.class.getName());

  private final Warmer warmer;
  private final List<Kernel> cold;
  private final boolean[] adopted;
  private int left;
  private int runs;
  private volatile boolean ended;

  /**
   * Of a program that has not run.
   *
   * @param cold those of its kernels that have a faster form to come
   */
  Warmth(Warmer warmer, List<Kernel> cold) {
    this.warmer = warmer;
    this.cold = List.copyOf(cold);
    adopted = new boolean[cold.size()];
    left = cold.size();
  }

  /** To be called before every run, while nothing of the program runs. */
  void beforeRun() {
    if (left == 0) {
      return;
    }
    if (runs < 2) {
      runs++;
      if (runs == 2) {
        warmer.add(this);
      }
      return;
    }
    for (int i = 0; i < adopted.length; i++) {
      if (!adopted[i] && cold.get(i).adopt()) {
        adopted[i] = true;
        left--;
      }
    }
  }

  /** Warms up kernel after kernel, on the thread of the {@link Warmer}. */
  void warmUp(BooleanSupplier stop) {
    for (var kernel : cold) {
      if (ended || stop.getAsBoolean()) {
        return;
      }
      try {
        kernel.warmUp(() -> ended || stop.getAsBoolean());
      } catch (RuntimeException | Error e) {
        LOGGER.log(Level.WARNING, kernel.name() + " stays scalar, which is slower", e);
      }
    }
  }

  /** The program is closed. */
  void end() {
    ended = true;
  }
}
