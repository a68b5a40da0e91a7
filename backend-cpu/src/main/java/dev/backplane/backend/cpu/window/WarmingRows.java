package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.Combiner;

/**
 * The scalar form until the vector form is faster, which it is not before the JVM has compiled it:
 * interpreted, every vector is an object. Until then one call of many goes to the vector form, and
 * is timed, as is the one before it. The bits are the same, whichever runs.
 */
final class WarmingRows implements Rows {
  /** One call of so many is a trial. */
  private static final int TRIAL = 128;

  /** So often in a row must it be faster, because other work on the core slows down either. */
  private static final int WINS = 5;

  private final Rows scalar;
  private final Rows vector;

  /** Several threads may run parts; whose count is lost does not matter. */
  private volatile boolean warm;

  private int calls;
  private int wins;
  private long scalarNanos;

  WarmingRows(Rows scalar, Rows vector) {
    this.scalar = scalar;
    this.vector = vector;
  }

  /**
   * The best form for runs of so many elements of a type.
   *
   * @param vectors whether the Vector API may be used
   */
  static Rows of(ScalarRows scalar, Widened type, long run, boolean vectors) {
    return vectors && type == Widened.F32 && run >= VectorRows.lanes()
        ? new WarmingRows(scalar, new VectorRows(scalar))
        : scalar;
  }

  @Override
  public String form() {
    return vector.form();
  }

  private void took(Rows rows, long nanos) {
    if (rows == scalar) {
      scalarNanos = nanos;
    } else {
      wins = nanos < scalarNanos ? wins + 1 : 0;
      warm = wins >= WINS;
    }
  }

  @Override
  public void reduce(
      Widened type,
      Combiner combiner,
      long from,
      long base,
      long[] offsets,
      int count,
      long to,
      long run) {
    if (warm) {
      vector.reduce(type, combiner, from, base, offsets, count, to, run);
      return;
    }
    int turn = ++calls % TRIAL;
    long begin = turn < TRIAL - 2 ? 0 : System.nanoTime();
    var rows = turn == TRIAL - 1 ? vector : scalar;
    rows.reduce(type, combiner, from, base, offsets, count, to, run);
    if (turn >= TRIAL - 2) {
      took(rows, System.nanoTime() - begin);
    }
  }

  @Override
  public void select(
      Widened type,
      boolean largest,
      boolean only,
      long from,
      long base,
      long[] offsets,
      int count,
      long source,
      long to,
      long run) {
    if (warm) {
      vector.select(type, largest, only, from, base, offsets, count, source, to, run);
      return;
    }
    int turn = ++calls % TRIAL;
    long begin = turn < TRIAL - 2 ? 0 : System.nanoTime();
    var rows = turn == TRIAL - 1 ? vector : scalar;
    rows.select(type, largest, only, from, base, offsets, count, source, to, run);
    if (turn >= TRIAL - 2) {
      took(rows, System.nanoTime() - begin);
    }
  }
}
