package dev.backplane.backend.cpu.program;

/** A bound step whose parts are timed; the binding itself stays another's. */
final class Timed implements Bound {
  /** Longs that keep the times of two parts in different cache lines. */
  private static final int APART = 16;

  private final Bound step;
  private final long[] nanos;

  Timed(Bound step, int parts) {
    this.step = step;
    nanos = new long[parts * APART];
  }

  @Override
  public void run(int part) {
    long started = System.nanoTime();
    step.run(part);
    nanos[part * APART] += System.nanoTime() - started;
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
