package dev.backplane.backend.cpu.window;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.Combiner;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The work at one position by the Vector API, for runs of f32 of at least a vector; what is left of
 * a run, and other types, are the scalar form's. No class but this kind mentions the API.
 */
final class VectorRows implements Rows {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F32.length();

  private final ScalarRows rest;

  VectorRows(ScalarRows rest) {
    this.rest = rest;
  }

  /** Elements of a vector of f32. */
  static int lanes() {
    return LANES;
  }

  @Override
  public String form() {
    return "vector" + F32.vectorBitSize();
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
    long done = 0;
    if (type == Widened.F32) {
      done = run / LANES * LANES;
      long first = from + 4 * base;
      switch (combiner) {
        case ADD -> add(first, offsets, count, to, done);
        case MULTIPLY -> multiply(first, offsets, count, to, done);
        case MAXIMUM -> maximum(first, offsets, count, to, done);
        case MINIMUM -> minimum(first, offsets, count, to, done);
        case AND, OR -> throw new IllegalStateException(combiner + " of floats");
      }
    }
    if (done < run) {
      rest.reduce(
          type, combiner, from, base + done, offsets, count, to + done * type.bytes(), run - done);
    }
  }

  private static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(F32, ALL, at, LITTLE_ENDIAN);
  }

  private static void add(long from, long[] offsets, int count, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var sum = FloatVector.zero(F32);
      for (int i = 0; i < count; i++) {
        sum = sum.add(load(from + 4 * (e + offsets[i])));
      }
      sum.intoMemorySegment(ALL, to + 4 * e, LITTLE_ENDIAN);
    }
  }

  private static void multiply(long from, long[] offsets, int count, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var product = FloatVector.broadcast(F32, 1f);
      for (int i = 0; i < count; i++) {
        product = product.mul(load(from + 4 * (e + offsets[i])));
      }
      product.intoMemorySegment(ALL, to + 4 * e, LITTLE_ENDIAN);
    }
  }

  private static void maximum(long from, long[] offsets, int count, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var most = FloatVector.broadcast(F32, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < count; i++) {
        most = most.max(load(from + 4 * (e + offsets[i])));
      }
      most.intoMemorySegment(ALL, to + 4 * e, LITTLE_ENDIAN);
    }
  }

  private static void minimum(long from, long[] offsets, int count, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var least = FloatVector.broadcast(F32, Float.POSITIVE_INFINITY);
      for (int i = 0; i < count; i++) {
        least = least.min(load(from + 4 * (e + offsets[i])));
      }
      least.intoMemorySegment(ALL, to + 4 * e, LITTLE_ENDIAN);
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
    long done = 0;
    if (type == Widened.F32 && count > 0) {
      done = run / LANES * LANES;
      long first = from + 4 * base;
      long place = to + 4 * base;
      if (largest) {
        largest(only, first, offsets, count, source, place, done);
      } else {
        smallest(only, first, offsets, count, source, place, done);
      }
    }
    if (done < run) {
      rest.select(
          type,
          largest,
          only,
          from,
          base + done,
          offsets,
          count,
          source + done * type.bytes(),
          to,
          run - done);
    }
  }

  private static void largest(
      boolean only, long from, long[] offsets, int count, long source, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var best = load(from + 4 * (e + offsets[0]));
      var chosen = IntVector.zero(I32);
      for (int i = 1; i < count; i++) {
        var x = load(from + 4 * (e + offsets[i]));
        // Larger, or the first NaN: not (x <= best), unless the best is NaN already.
        var better =
            x.compare(VectorOperators.LE, best).not().and(best.compare(VectorOperators.EQ, best));
        best = best.blend(x, better);
        chosen = chosen.blend(i, better.cast(I32));
      }
      give(only, chosen, e, offsets, count, source, to);
    }
  }

  private static void smallest(
      boolean only, long from, long[] offsets, int count, long source, long to, long run) {
    for (long e = 0; e < run; e += LANES) {
      var best = load(from + 4 * (e + offsets[0]));
      var chosen = IntVector.zero(I32);
      for (int i = 1; i < count; i++) {
        var x = load(from + 4 * (e + offsets[i]));
        var better =
            x.compare(VectorOperators.GE, best).not().and(best.compare(VectorOperators.EQ, best));
        best = best.blend(x, better);
        chosen = chosen.blend(i, better.cast(I32));
      }
      give(only, chosen, e, offsets, count, source, to);
    }
  }

  private static void give(
      boolean only, IntVector chosen, long e, long[] offsets, int count, long source, long to) {
    var value = load(source + 4 * e);
    var zero = FloatVector.zero(F32);
    for (int i = 0; i < count; i++) {
      var here = chosen.compare(VectorOperators.EQ, i).cast(F32);
      long place = to + 4 * (e + offsets[i]);
      if (only) {
        zero.blend(value, here).intoMemorySegment(ALL, place, LITTLE_ENDIAN);
      } else {
        var old = load(place);
        old.blend(old.add(value), here).intoMemorySegment(ALL, place, LITTLE_ENDIAN);
      }
    }
  }
}
