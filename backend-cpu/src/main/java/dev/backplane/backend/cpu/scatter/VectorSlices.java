package dev.backplane.backend.cpu.scatter;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.backplane.op.Scatter;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums of runs of f32 by the Vector API, which is what an embedding's gradient is made of. */
record VectorSlices(ScalarSlices rest) implements Slices {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;

  @Override
  public String form() {
    return "vector" + F32.vectorBitSize();
  }

  @Override
  public void combine(Scatter.Mode mode, long update, long to, long run) {
    long done = 0;
    if (mode == Scatter.Mode.ADD) {
      done = run / F32.length() * F32.length();
      add(update, to, done);
    }
    if (done < run) {
      rest.combine(mode, update + 4 * done, to + 4 * done, run - done);
    }
  }

  private static void add(long update, long to, long run) {
    for (long i = 0; i < run; i += F32.length()) {
      var old = FloatVector.fromMemorySegment(F32, ALL, to + 4 * i, LITTLE_ENDIAN);
      old.add(FloatVector.fromMemorySegment(F32, ALL, update + 4 * i, LITTLE_ENDIAN))
          .intoMemorySegment(ALL, to + 4 * i, LITTLE_ENDIAN);
    }
  }
}
