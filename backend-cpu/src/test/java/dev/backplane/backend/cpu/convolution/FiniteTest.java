package dev.backplane.backend.cpu.convolution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What is not finite is found wherever it lies, and nothing else is taken for it. */
class FiniteTest {
  private static final float[] FINITE = {
    0f, -0f, 1f, -1f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE
  };
  private static final float[] NOT = {
    Float.NaN,
    Float.intBitsToFloat(0xffffffff),
    Float.intBitsToFloat(0x7f800001),
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY
  };

  @Test
  void whatIsNotFiniteIsFoundAnywhere() {
    try (var arena = Arena.ofConfined()) {
      for (int count = 0; count < 12; count++) {
        // Also where pairs do not begin at a multiple of eight bytes.
        for (int first = 0; first < 2; first++) {
          var memory = arena.allocate(64, 64);
          for (int i = 0; i < 16; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
          }
          for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, first + i, FINITE[i % FINITE.length]);
          }
          long at = memory.address() + 4 * first;
          assertTrue(Finite.all(DType.F32, at, count), count + " finite ones");
          for (int i = 0; i < count; i++) {
            for (float not : NOT) {
              memory.setAtIndex(ValueLayout.JAVA_FLOAT, first + i, not);
              assertFalse(Finite.all(DType.F32, at, count), not + " at " + i + " of " + count);
            }
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, first + i, 1f);
          }
        }
      }
    }
  }
}
