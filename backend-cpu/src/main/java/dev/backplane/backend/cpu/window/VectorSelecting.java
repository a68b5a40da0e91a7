package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.window.VectorReducing.LANES;
import static dev.backplane.backend.cpu.window.VectorReducing.load;
import static dev.backplane.backend.cpu.window.VectorReducing.store;

import dev.backplane.backend.cpu.movement.Widened;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Selecting} by the Vector API, for f32. What is left of a run behind its last whole vector
 * is the scalar form's. Every loop nest is a method of its own, which the JVM compiles as a whole;
 * only so are vectors no objects.
 *
 * @param rest the scalar form
 */
record VectorSelecting(ScalarSelecting rest) implements Selecting {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;

  VectorSelecting {
    if (rest.type() != Widened.F32) {
      throw new IllegalArgumentException("vectors are of f32, found " + rest.type());
    }
  }

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
    boolean largest = rest.largest();
    if (rest.disjoint() && count == 4) {
      if (largest) {
        largestOfFour(from, advance, offsets, source, to, length, run);
      } else {
        smallestOfFour(from, advance, offsets, source, to, length, run);
      }
    } else {
      some(largest, rest.disjoint(), from, advance, offsets, count, source, to, length, run);
    }
    long done = run / LANES * LANES;
    for (int position = 0; done < run && position < length; position++) {
      long base = 4 * (position * advance + done);
      long values = source + 4 * (position * run + done);
      rest.select(from + base, 0, offsets, count, values, to + base, 1, run - done);
    }
  }

  /** Larger than the best, or the first NaN: not (x ≤ best), unless the best is NaN already. */
  private static VectorMask<Float> larger(FloatVector x, FloatVector best) {
    return x.compare(VectorOperators.LE, best).not().and(best.compare(VectorOperators.EQ, best));
  }

  private static VectorMask<Float> smaller(FloatVector x, FloatVector best) {
    return x.compare(VectorOperators.GE, best).not().and(best.compare(VectorOperators.EQ, best));
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
        var x0 = load(from + base);
        var x1 = load(from + base + to1);
        var x2 = load(from + base + to2);
        var x3 = load(from + base + to3);
        var second = larger(x1, x0);
        var best = x0.blend(x1, second);
        var third = larger(x2, best);
        best = best.blend(x2, third);
        var fourth = larger(x3, best);
        var value = load(source + 4 * (position * run + e));
        var late = third.or(fourth);
        store(value.blend(zero, late.or(second)), to + base);
        store(zero.blend(value, second.andNot(late)), to + base + to1);
        store(zero.blend(value, third.andNot(fourth)), to + base + to2);
        store(zero.blend(value, fourth), to + base + to3);
      }
    }
  }

  private static void smallestOfFour(
      long from, long advance, long[] offsets, long source, long to, int length, long run) {
    long to1 = 4 * offsets[1];
    long to2 = 4 * offsets[2];
    long to3 = 4 * offsets[3];
    var zero = FloatVector.zero(F32);
    for (int position = 0; position < length; position++) {
      for (long e = 0; e + LANES <= run; e += LANES) {
        long base = 4 * (position * advance + e);
        var x0 = load(from + base);
        var x1 = load(from + base + to1);
        var x2 = load(from + base + to2);
        var x3 = load(from + base + to3);
        var second = smaller(x1, x0);
        var best = x0.blend(x1, second);
        var third = smaller(x2, best);
        best = best.blend(x2, third);
        var fourth = smaller(x3, best);
        var value = load(source + 4 * (position * run + e));
        var late = third.or(fourth);
        store(value.blend(zero, late.or(second)), to + base);
        store(zero.blend(value, second.andNot(late)), to + base + to1);
        store(zero.blend(value, third.andNot(fourth)), to + base + to2);
        store(zero.blend(value, fourth), to + base + to3);
      }
    }
  }

  private static void some(
      boolean largest,
      boolean disjoint,
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
        long at = from + base;
        var chosen = largest ? largestOf(at, offsets, count) : smallestOf(at, offsets, count);
        var value = load(source + 4 * (position * run + e));
        if (disjoint) {
          write(chosen, value, offsets, count, to + base);
        } else {
          add(chosen, value, offsets, count, to + base);
        }
      }
    }
  }

  private static IntVector largestOf(long from, long[] offsets, int count) {
    var best = load(from + 4 * offsets[0]);
    var chosen = IntVector.zero(I32);
    for (int i = 1; i < count; i++) {
      var x = load(from + 4 * offsets[i]);
      var better = larger(x, best);
      best = best.blend(x, better);
      chosen = chosen.blend(i, better.cast(I32));
    }
    return chosen;
  }

  private static IntVector smallestOf(long from, long[] offsets, int count) {
    var best = load(from + 4 * offsets[0]);
    var chosen = IntVector.zero(I32);
    for (int i = 1; i < count; i++) {
      var x = load(from + 4 * offsets[i]);
      var better = smaller(x, best);
      best = best.blend(x, better);
      chosen = chosen.blend(i, better.cast(I32));
    }
    return chosen;
  }

  private static void write(
      IntVector chosen, FloatVector value, long[] offsets, int count, long to) {
    var zero = FloatVector.zero(F32);
    for (int i = 0; i < count; i++) {
      var here = chosen.compare(VectorOperators.EQ, i).cast(F32);
      store(zero.blend(value, here), to + 4 * offsets[i]);
    }
  }

  private static void add(IntVector chosen, FloatVector value, long[] offsets, int count, long to) {
    for (int i = 0; i < count; i++) {
      var here = chosen.compare(VectorOperators.EQ, i).cast(F32);
      var old = load(to + 4 * offsets[i]);
      store(old.blend(old.add(value), here), to + 4 * offsets[i]);
    }
  }
}
