package dev.backplane.backend.cpu.convolution;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The look for elements that are not finite, by the Vector API. */
final class VectorFinite {
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;

  private VectorFinite() {}

  static boolean all(long at, long count) {
    long done = count / F32.length() * F32.length();
    var zero = FloatVector.zero(F32);
    // Zero times anything finite is a zero; times an infinity or NaN it is NaN, which stays.
    var sum = zero;
    for (long i = 0; i < done; i += F32.length()) {
      sum = FloatVector.fromMemorySegment(F32, ALL, at + 4 * i, LITTLE_ENDIAN).fma(zero, sum);
    }
    return sum.compare(VectorOperators.EQ, zero).allTrue()
        && Finite.f32(at + 4 * done, count - done);
  }
}
