package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.cpu.movement.Widened;

/**
 * {@link Selecting} in plain Java.
 *
 * @param largest whether the largest is chosen, else the smallest; of equals the first, and the
 *     first NaN where there is one
 * @param disjoint whether positions share no element: then all of them under the window are written
 */
record ScalarSelecting(Widened type, boolean largest, boolean disjoint) implements Selecting {
  @Override
  public void select(
      long from,
      long advance,
      long[] offsets,
      int count,
      long source,
      long to,
      int length,
      long run) {
    long width = type.bytes();
    for (int position = 0; position < length; position++) {
      long base = width * position * advance;
      long values = source + width * position * run;
      switch (type) {
        case F32 -> f32(from + base, offsets, count, values, to + base, run);
        case F64 -> f64(from + base, offsets, count, values, to + base, run);
        case I64 -> i64(from + base, offsets, count, values, to + base, run);
      }
    }
  }

  private void f32(long from, long[] offsets, int count, long source, long to, long run) {
    for (long e = 0; e < run; e++) {
      int chosen = 0;
      float best = ALL.get(JAVA_FLOAT, from + 4 * (e + offsets[0]));
      for (int i = 1; i < count && !Float.isNaN(best); i++) {
        float x = ALL.get(JAVA_FLOAT, from + 4 * (e + offsets[i]));
        if (Float.isNaN(x) || (largest ? x > best : x < best)) {
          chosen = i;
          best = x;
        }
      }
      float value = ALL.get(JAVA_FLOAT, source + 4 * e);
      for (int i = 0; disjoint && i < count; i++) {
        ALL.set(JAVA_FLOAT, to + 4 * (e + offsets[i]), 0);
      }
      long place = to + 4 * (e + offsets[chosen]);
      ALL.set(JAVA_FLOAT, place, disjoint ? value : ALL.get(JAVA_FLOAT, place) + value);
    }
  }

  private void f64(long from, long[] offsets, int count, long source, long to, long run) {
    for (long e = 0; e < run; e++) {
      int chosen = 0;
      double best = ALL.get(JAVA_DOUBLE, from + 8 * (e + offsets[0]));
      for (int i = 1; i < count && !Double.isNaN(best); i++) {
        double x = ALL.get(JAVA_DOUBLE, from + 8 * (e + offsets[i]));
        if (Double.isNaN(x) || (largest ? x > best : x < best)) {
          chosen = i;
          best = x;
        }
      }
      double value = ALL.get(JAVA_DOUBLE, source + 8 * e);
      for (int i = 0; disjoint && i < count; i++) {
        ALL.set(JAVA_DOUBLE, to + 8 * (e + offsets[i]), 0);
      }
      long place = to + 8 * (e + offsets[chosen]);
      ALL.set(JAVA_DOUBLE, place, disjoint ? value : ALL.get(JAVA_DOUBLE, place) + value);
    }
  }

  private void i64(long from, long[] offsets, int count, long source, long to, long run) {
    for (long e = 0; e < run; e++) {
      int chosen = 0;
      long best = ALL.get(JAVA_LONG, from + 8 * (e + offsets[0]));
      for (int i = 1; i < count; i++) {
        long x = ALL.get(JAVA_LONG, from + 8 * (e + offsets[i]));
        if (largest ? x > best : x < best) {
          chosen = i;
          best = x;
        }
      }
      long value = ALL.get(JAVA_LONG, source + 8 * e);
      for (int i = 0; disjoint && i < count; i++) {
        ALL.set(JAVA_LONG, to + 8 * (e + offsets[i]), 0);
      }
      long place = to + 8 * (e + offsets[chosen]);
      ALL.set(JAVA_LONG, place, disjoint ? value : ALL.get(JAVA_LONG, place) + value);
    }
  }
}
