package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.Combiner;

/**
 * {@link Reducing} in plain Java. Each combiner of f32 has loops of its own, because these also run
 * while the vectors are not compiled yet, at first interpreted themselves.
 */
final class ScalarReducing {
  private ScalarReducing() {}

  /**
   * The form for elements of a type.
   *
   * @param identity of the combiner, where it combines integers: it depends on their width
   */
  static Reducing of(Widened type, Combiner combiner, long identity) {
    return switch (type) {
      case F32 ->
          switch (combiner) {
            case ADD -> ScalarReducing::sum;
            case MULTIPLY -> ScalarReducing::product;
            case MAXIMUM -> ScalarReducing::largest;
            case MINIMUM -> ScalarReducing::smallest;
            case AND, OR -> throw undefined(combiner);
          };
      case F64 ->
          (from, advance, offsets, count, to, length, run) ->
              f64(combiner, from, advance, offsets, count, to, length, run);
      case I64 ->
          (from, advance, offsets, count, to, length, run) ->
              i64(combiner, identity, from, advance, offsets, count, to, length, run);
    };
  }

  static IllegalStateException undefined(Combiner combiner) {
    return new IllegalStateException(combiner + " is not defined on floats");
  }

  private static void sum(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e < run; e++) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
          sum += ALL.get(JAVA_FLOAT, first + 4 * (e + offsets[i]));
        }
        ALL.set(JAVA_FLOAT, result + 4 * e, sum);
      }
    }
  }

  private static void product(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e < run; e++) {
        float product = 1;
        for (int i = 0; i < count; i++) {
          product *= ALL.get(JAVA_FLOAT, first + 4 * (e + offsets[i]));
        }
        ALL.set(JAVA_FLOAT, result + 4 * e, product);
      }
    }
  }

  private static void largest(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e < run; e++) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
          most = Math.max(most, ALL.get(JAVA_FLOAT, first + 4 * (e + offsets[i])));
        }
        ALL.set(JAVA_FLOAT, result + 4 * e, most);
      }
    }
  }

  private static void smallest(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e < run; e++) {
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < count; i++) {
          least = Math.min(least, ALL.get(JAVA_FLOAT, first + 4 * (e + offsets[i])));
        }
        ALL.set(JAVA_FLOAT, result + 4 * e, least);
      }
    }
  }

  private static double identity(Combiner combiner) {
    return switch (combiner) {
      case ADD -> 0;
      case MULTIPLY -> 1;
      case MAXIMUM -> Double.NEGATIVE_INFINITY;
      case MINIMUM -> Double.POSITIVE_INFINITY;
      case AND, OR -> throw undefined(combiner);
    };
  }

  private static void f64(
      Combiner combiner,
      long from,
      long advance,
      long[] offsets,
      int count,
      long to,
      int length,
      long run) {
    for (long at = 0; at < length * run; at++) {
      long first = from + 8 * (at / run * advance + at % run);
      double sum = identity(combiner);
      for (int i = 0; i < count; i++) {
        double x = ALL.get(JAVA_DOUBLE, first + 8 * offsets[i]);
        sum =
            switch (combiner) {
              case ADD -> sum + x;
              case MULTIPLY -> sum * x;
              case MAXIMUM -> Math.max(sum, x);
              case MINIMUM -> Math.min(sum, x);
              case AND, OR -> throw undefined(combiner);
            };
      }
      ALL.set(JAVA_DOUBLE, to + 8 * at, sum);
    }
  }

  private static void i64(
      Combiner combiner,
      long identity,
      long from,
      long advance,
      long[] offsets,
      int count,
      long to,
      int length,
      long run) {
    for (long at = 0; at < length * run; at++) {
      long first = from + 8 * (at / run * advance + at % run);
      long sum = identity;
      for (int i = 0; i < count; i++) {
        long x = ALL.get(JAVA_LONG, first + 8 * offsets[i]);
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
      ALL.set(JAVA_LONG, to + 8 * at, sum);
    }
  }
}
