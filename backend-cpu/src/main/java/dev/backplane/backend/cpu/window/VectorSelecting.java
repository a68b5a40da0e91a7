package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static dev.backplane.backend.cpu.window.VectorReducing.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LE;

import dev.backplane.backend.cpu.movement.Widened;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Selecting} by the Vector API, for f32. What is left of a run behind its last whole vector
 * is the scalar form's. As in {@link VectorReducing}, no vector is handed to a method of ours.
 *
 * <p>The smallest is the largest of what has the other sign: values are multiplied by 1 or -1 when
 * they are loaded, which is exact. Larger than the best so far, or the first NaN, is what is not (x
 * ≤ best), unless the best is NaN already.
 */
final class VectorSelecting {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;

  private VectorSelecting() {}

  /**
   * The form that gives the bits of a scalar one.
   *
   * @param rest the scalar form
   * @param four whether four elements lie under every position; see {@link VectorReducing#of}
   */
  static Selecting of(ScalarSelecting rest, boolean four) {
    if (rest.type() != Widened.F32) {
      throw new IllegalArgumentException("vectors are of f32, found " + rest.type());
    }
    var whole = whole(rest, four);
    return (from, advance, offsets, count, source, to, length, run) -> {
      whole.select(from, advance, offsets, count, source, to, length, run);
      long done = run / LANES * LANES;
      for (int position = 0; done < run && position < length; position++) {
        long base = 4 * (position * advance + done);
        long values = source + 4 * (position * run + done);
        rest.select(from + base, 0, offsets, count, values, to + base, 1, run - done);
      }
    };
  }

  private static Selecting whole(ScalarSelecting rest, boolean four) {
    if (rest.disjoint() && rest.largest() && four) {
      return (from, advance, offsets, _, source, to, length, run) ->
          largestOfFour(from, advance, offsets, source, to, length, run);
    }
    float sign = rest.largest() ? 1 : -1;
    if (rest.disjoint()) {
      return (from, advance, offsets, count, source, to, length, run) ->
          writing(sign, from, advance, offsets, count, source, to, length, run);
    }
    return (from, advance, offsets, count, source, to, length, run) ->
        adding(sign, from, advance, offsets, count, source, to, length, run);
  }

  /** Pooling of 2 × 2, which most networks use: the window and the choice lie in registers. */
  private static void largestOfFour(
      long from, long advance, long[] offsets, long source, long to, int length, long run) {
    long to1 = 4 * offsets[1];
    long to2 = 4 * offsets[2];
    long to3 = 4 * offsets[3];
    var zero = FloatVector.zero(F32);
    for (int position = 0; position < length; position++) {
      for (long e = 0; e + LANES <= run; e += LANES) {
        long base = 4 * (position * advance + e);
        long at = from + base;
        var x0 = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN);
        var x1 = FloatVector.fromMemorySegment(F32, ALL, at + to1, LITTLE_ENDIAN);
        var x2 = FloatVector.fromMemorySegment(F32, ALL, at + to2, LITTLE_ENDIAN);
        var x3 = FloatVector.fromMemorySegment(F32, ALL, at + to3, LITTLE_ENDIAN);
        var second = x1.compare(LE, x0).not().and(x0.compare(EQ, x0));
        var best = x0.blend(x1, second);
        var third = x2.compare(LE, best).not().and(best.compare(EQ, best));
        best = best.blend(x2, third);
        var fourth = x3.compare(LE, best).not().and(best.compare(EQ, best));
        long values = source + 4 * (position * run + e);
        var value = FloatVector.fromMemorySegment(F32, ALL, values, LITTLE_ENDIAN);
        var late = third.or(fourth);
        long result = to + base;
        value.blend(zero, late.or(second)).intoMemorySegment(ALL, result, LITTLE_ENDIAN);
        zero.blend(value, second.andNot(late)).intoMemorySegment(ALL, result + to1, LITTLE_ENDIAN);
        zero.blend(value, third.andNot(fourth)).intoMemorySegment(ALL, result + to2, LITTLE_ENDIAN);
        zero.blend(value, fourth).intoMemorySegment(ALL, result + to3, LITTLE_ENDIAN);
      }
    }
  }

  private static void writing(
      float sign,
      long from,
      long advance,
      long[] offsets,
      int count,
      long source,
      long to,
      int length,
      long run) {
    var zero = FloatVector.zero(F32);
    for (int position = 0; position < length; position++) {
      for (long e = 0; e + LANES <= run; e += LANES) {
        long base = 4 * (position * advance + e);
        long at = from + base + 4 * offsets[0];
        var best = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN).mul(sign);
        var chosen = IntVector.zero(I32);
        for (int i = 1; i < count; i++) {
          at = from + base + 4 * offsets[i];
          var x = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN).mul(sign);
          var better = x.compare(LE, best).not().and(best.compare(EQ, best));
          best = best.blend(x, better);
          chosen = chosen.blend(i, better.cast(I32));
        }
        long values = source + 4 * (position * run + e);
        var value = FloatVector.fromMemorySegment(F32, ALL, values, LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
          var here = chosen.compare(EQ, i).cast(F32);
          zero.blend(value, here).intoMemorySegment(ALL, to + base + 4 * offsets[i], LITTLE_ENDIAN);
        }
      }
    }
  }

  private static void adding(
      float sign,
      long from,
      long advance,
      long[] offsets,
      int count,
      long source,
      long to,
      int length,
      long run) {
    for (int position = 0; position < length; position++) {
      for (long e = 0; e + LANES <= run; e += LANES) {
        long base = 4 * (position * advance + e);
        long at = from + base + 4 * offsets[0];
        var best = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN).mul(sign);
        var chosen = IntVector.zero(I32);
        for (int i = 1; i < count; i++) {
          at = from + base + 4 * offsets[i];
          var x = FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN).mul(sign);
          var better = x.compare(LE, best).not().and(best.compare(EQ, best));
          best = best.blend(x, better);
          chosen = chosen.blend(i, better.cast(I32));
        }
        long values = source + 4 * (position * run + e);
        var value = FloatVector.fromMemorySegment(F32, ALL, values, LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
          long place = to + base + 4 * offsets[i];
          var here = chosen.compare(EQ, i).cast(F32);
          var old = FloatVector.fromMemorySegment(F32, ALL, place, LITTLE_ENDIAN);
          old.blend(old.add(value), here).intoMemorySegment(ALL, place, LITTLE_ENDIAN);
        }
      }
    }
  }
}
