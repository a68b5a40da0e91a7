package dev.backplane.backend.cpu.kernel;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The routine of a kernel, which a faster one of the same bits may replace between two runs. */
final class Routines {
  /** What runs; changed by who runs the kernel, and handed to other threads by him. */
  private Routine now;

  private @Nullable Supplier<Routine> faster;
  private volatile @Nullable Routine warm;

  private Routines(Routine now, @Nullable Supplier<Routine> faster) {
    this.now = now;
    this.faster = faster;
  }

  /** One for good. */
  static Routines of(Routine routine) {
    return new Routines(routine, null);
  }

  /** One for the beginning, and a way to make the one for good. */
  static Routines of(Routine first, Supplier<Routine> faster) {
    return new Routines(first, faster);
  }

  Routine now() {
    return now;
  }

  /** Whether a faster one is to come. */
  synchronized boolean isCold() {
    return faster != null;
  }

  /** How to make the faster one, once; nothing where there is none. */
  synchronized @Nullable Supplier<Routine> takeFaster() {
    var taken = faster;
    faster = null;
    return taken;
  }

  /** What is warm may run from the next {@link #adopt} on. */
  void warm(Routine routine) {
    warm = routine;
  }

  /** Lets the faster one run from now on, if it is warm; whether it is. */
  boolean adopt() {
    var routine = warm;
    if (routine == null) {
      return false;
    }
    now = routine;
    return true;
  }
}
