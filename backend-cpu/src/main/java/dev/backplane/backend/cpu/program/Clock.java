package dev.backplane.backend.cpu.program;

/** Adds up what a step takes, each part for itself. */
final class Clock {
  /** Longs that keep the times of two parts in different cache lines. */
  private static final int APART = 16;

  private final long[] nanos;

  Clock(int parts) {
    nanos = new long[parts * APART];
  }

  void add(int part, long more) {
    nanos[part * APART] += more;
  }

  /** How long the longest of the parts took since this was last asked; no part may be running. */
  long take() {
    long longest = 0;
    for (int i = 0; i < nanos.length; i += APART) {
      longest = Math.max(longest, nanos[i]);
      nanos[i] = 0;
    }
    return longest;
  }
}
