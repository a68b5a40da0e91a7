package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.backplane.op.Combiner;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Reducing} by the Vector API, for f32: the window lies in a register. What is left of a run
 * behind its last whole vector is the scalar form's. Every loop nest is a method of its own, which
 * the JVM compiles as a whole, and no vector is handed to a method of ours, however small: what the
 * compiler chose not to inline would make objects of them.
 */
final class VectorReducing {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;

  /** Elements of a vector. */
  static final int LANES = F32.length();

  private VectorReducing() {}

  /**
   * The form for a combiner.
   *
   * @param rest the scalar form
   * @param four whether four elements lie under every position. Known beforehand, and no question
   *     in the loops: an answer that a rehearsal did not meet would cost the compiled code
   */
  static Reducing of(Combiner combiner, Reducing rest, boolean four) {
    Reducing whole =
        switch (combiner) {
          case ADD -> VectorReducing::sum;
          case MULTIPLY -> VectorReducing::product;
          case MAXIMUM -> largest(four);
          case MINIMUM -> VectorReducing::smallest;
          case AND, OR -> throw ScalarReducing.undefined(combiner);
        };
    return (from, advance, offsets, count, to, length, run) -> {
      whole.reduce(from, advance, offsets, count, to, length, run);
      long done = run / LANES * LANES;
      for (int position = 0; done < run && position < length; position++) {
        long first = from + 4 * (position * advance + done);
        rest.reduce(first, 0, offsets, count, to + 4 * (position * run + done), 1, run - done);
      }
    };
  }

  static String form() {
    return "vector" + F32.vectorBitSize();
  }

  private static void sum(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e + LANES <= run; e += LANES) {
        var sum = FloatVector.zero(F32);
        for (int i = 0; i < count; i++) {
          long at = first + 4 * (e + offsets[i]);
          sum = sum.add(FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN));
        }
        sum.intoMemorySegment(ALL, result + 4 * e, LITTLE_ENDIAN);
      }
    }
  }

  private static void product(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e + LANES <= run; e += LANES) {
        var product = FloatVector.broadcast(F32, 1f);
        for (int i = 0; i < count; i++) {
          long at = first + 4 * (e + offsets[i]);
          product = product.mul(FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN));
        }
        product.intoMemorySegment(ALL, result + 4 * e, LITTLE_ENDIAN);
      }
    }
  }

  private static Reducing largest(boolean four) {
    return four
        ? (from, advance, offsets, _, to, length, run) ->
            largestOfFour(from, advance, offsets, to, length, run)
        : VectorReducing::largest;
  }

  private static void largest(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e + LANES <= run; e += LANES) {
        var most = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i++) {
          long at = first + 4 * (e + offsets[i]);
          most = most.max(FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN));
        }
        most.intoMemorySegment(ALL, result + 4 * e, LITTLE_ENDIAN);
      }
    }
  }

  /** Pooling of 2 × 2, which most networks use. */
  private static void largestOfFour(
      long from, long advance, long[] offsets, long to, int length, long run) {
    long second = 4 * offsets[1];
    long third = 4 * offsets[2];
    long fourth = 4 * offsets[3];
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e + LANES <= run; e += LANES) {
        long at = first + 4 * e;
        var x0 = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN);
        var x1 = FloatVector.fromMemorySegment(F32, ALL, at + second, LITTLE_ENDIAN);
        var x2 = FloatVector.fromMemorySegment(F32, ALL, at + third, LITTLE_ENDIAN);
        var x3 = FloatVector.fromMemorySegment(F32, ALL, at + fourth, LITTLE_ENDIAN);
        x0.max(x1).max(x2.max(x3)).intoMemorySegment(ALL, result + 4 * e, LITTLE_ENDIAN);
      }
    }
  }

  private static void smallest(
      long from, long advance, long[] offsets, int count, long to, int length, long run) {
    for (int position = 0; position < length; position++) {
      long first = from + 4 * position * advance;
      long result = to + 4 * position * run;
      for (long e = 0; e + LANES <= run; e += LANES) {
        var least = FloatVector.broadcast(F32, Float.POSITIVE_INFINITY);
        for (int i = 0; i < count; i++) {
          long at = first + 4 * (e + offsets[i]);
          least = least.min(FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN));
        }
        least.intoMemorySegment(ALL, result + 4 * e, LITTLE_ENDIAN);
      }
    }
  }
}
