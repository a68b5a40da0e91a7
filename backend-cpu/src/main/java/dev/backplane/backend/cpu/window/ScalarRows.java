package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.Combiner;

/** The work at one position in plain Java. */
final class ScalarRows implements Rows {
  private final long identity;

  /**
   * Rows of windows.
   *
   * @param identity of the combiner, where it combines integers: it depends on their width
   */
  ScalarRows(long identity) {
    this.identity = identity;
  }

  @Override
  public String form() {
    return "scalar";
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
    for (long e = 0; e < run; e++) {
      long at = base + e;
      switch (type) {
        case F32 -> ALL.set(JAVA_FLOAT, to + 4 * e, f32(combiner, from + 4 * at, offsets, count));
        case F64 -> ALL.set(JAVA_DOUBLE, to + 8 * e, f64(combiner, from + 8 * at, offsets, count));
        case I64 -> ALL.set(JAVA_LONG, to + 8 * e, i64(combiner, from + 8 * at, offsets, count));
      }
    }
  }

  static float identity(Combiner combiner) {
    return switch (combiner) {
      case ADD -> 0;
      case MULTIPLY -> 1;
      case MAXIMUM -> Float.NEGATIVE_INFINITY;
      case MINIMUM -> Float.POSITIVE_INFINITY;
      case AND, OR -> throw new IllegalStateException(combiner + " is not defined on floats");
    };
  }

  private static float f32(Combiner combiner, long from, long[] offsets, int count) {
    float sum = identity(combiner);
    for (int i = 0; i < count; i++) {
      float x = ALL.get(JAVA_FLOAT, from + 4 * offsets[i]);
      sum =
          switch (combiner) {
            case ADD -> sum + x;
            case MULTIPLY -> sum * x;
            case MAXIMUM -> Math.max(sum, x);
            case MINIMUM -> Math.min(sum, x);
            case AND, OR -> throw new IllegalStateException(combiner + " of floats");
          };
    }
    return sum;
  }

  private static double f64(Combiner combiner, long from, long[] offsets, int count) {
    double sum = identity(combiner);
    for (int i = 0; i < count; i++) {
      double x = ALL.get(JAVA_DOUBLE, from + 8 * offsets[i]);
      sum =
          switch (combiner) {
            case ADD -> sum + x;
            case MULTIPLY -> sum * x;
            case MAXIMUM -> Math.max(sum, x);
            case MINIMUM -> Math.min(sum, x);
            case AND, OR -> throw new IllegalStateException(combiner + " of floats");
          };
    }
    return sum;
  }

  private long i64(Combiner combiner, long from, long[] offsets, int count) {
    long sum = identity;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, from + 8 * offsets[i]);
      sum =
          switch (combiner) {
            case ADD -> sum + x;
            case MULTIPLY -> sum * x;
            case MAXIMUM -> Math.max(sum, x);
            case MINIMUM -> Math.min(sum, x);
            case AND -> sum & x;
            case OR -> sum | x;
          };
    }
    return sum;
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
    if (count == 0) {
      return;
    }
    for (long e = 0; e < run; e++) {
      long at = base + e;
      switch (type) {
        case F32 -> {
          int chosen = chosenF32(largest, from + 4 * at, offsets, count);
          float value = ALL.get(JAVA_FLOAT, source + 4 * e);
          for (int i = 0; i < count && only; i++) {
            ALL.set(JAVA_FLOAT, to + 4 * (at + offsets[i]), 0);
          }
          long place = to + 4 * (at + offsets[chosen]);
          ALL.set(JAVA_FLOAT, place, only ? value : ALL.get(JAVA_FLOAT, place) + value);
        }
        case F64 -> {
          int chosen = chosenF64(largest, from + 8 * at, offsets, count);
          double value = ALL.get(JAVA_DOUBLE, source + 8 * e);
          for (int i = 0; i < count && only; i++) {
            ALL.set(JAVA_DOUBLE, to + 8 * (at + offsets[i]), 0);
          }
          long place = to + 8 * (at + offsets[chosen]);
          ALL.set(JAVA_DOUBLE, place, only ? value : ALL.get(JAVA_DOUBLE, place) + value);
        }
        case I64 -> {
          int chosen = chosenI64(largest, from + 8 * at, offsets, count);
          long value = ALL.get(JAVA_LONG, source + 8 * e);
          for (int i = 0; i < count && only; i++) {
            ALL.set(JAVA_LONG, to + 8 * (at + offsets[i]), 0);
          }
          long place = to + 8 * (at + offsets[chosen]);
          ALL.set(JAVA_LONG, place, only ? value : ALL.get(JAVA_LONG, place) + value);
        }
      }
    }
  }

  /** The first of equals, the first NaN where there is one. */
  private static int chosenF32(boolean largest, long from, long[] offsets, int count) {
    int best = 0;
    float bestValue = ALL.get(JAVA_FLOAT, from + 4 * offsets[0]);
    for (int i = 1; i < count && !Float.isNaN(bestValue); i++) {
      float x = ALL.get(JAVA_FLOAT, from + 4 * offsets[i]);
      if (Float.isNaN(x) || (largest ? x > bestValue : x < bestValue)) {
        best = i;
        bestValue = x;
      }
    }
    return best;
  }

  private static int chosenF64(boolean largest, long from, long[] offsets, int count) {
    int best = 0;
    double bestValue = ALL.get(JAVA_DOUBLE, from + 8 * offsets[0]);
    for (int i = 1; i < count && !Double.isNaN(bestValue); i++) {
      double x = ALL.get(JAVA_DOUBLE, from + 8 * offsets[i]);
      if (Double.isNaN(x) || (largest ? x > bestValue : x < bestValue)) {
        best = i;
        bestValue = x;
      }
    }
    return best;
  }

  private static int chosenI64(boolean largest, long from, long[] offsets, int count) {
    int best = 0;
    long bestValue = ALL.get(JAVA_LONG, from + 8 * offsets[0]);
    for (int i = 1; i < count; i++) {
      long x = ALL.get(JAVA_LONG, from + 8 * offsets[i]);
      if (largest ? x > bestValue : x < bestValue) {
        best = i;
        bestValue = x;
      }
    }
    return best;
  }
}
