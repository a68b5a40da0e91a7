package dev.backplane.backend.cpu.convolution;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.tensor.DType;

/**
 * Whether all elements are finite. Where that is so, a product with the zeros that stand for
 * padding is nothing, and the fast kernels, which multiply them, are right.
 */
public final class Finite {
  private Finite() {}

  /**
   * Looks at every element.
   *
   * @param vectors whether the Vector API may be used
   */
  public static boolean all(DType dtype, long at, long count, boolean vectors) {
    return switch (dtype) {
      case F32 -> vectors ? VectorFinite.all(at, count) : f32(at, count);
      case F64 -> f64(at, count);
      case BF16 -> narrow(at, count, 0x7f80);
      case F16 -> narrow(at, count, 0x7c00);
      case I64, I32, I8, U32, U8, BOOL -> true;
    };
  }

  static boolean f32(long at, long count) {
    for (long i = 0; i < count; i++) {
      if ((ALL.get(JAVA_INT, at + 4 * i) & 0x7f800000) == 0x7f800000) {
        return false;
      }
    }
    return true;
  }

  private static boolean f64(long at, long count) {
    long exponent = 0x7ff0000000000000L;
    for (long i = 0; i < count; i++) {
      if ((ALL.get(JAVA_LONG, at + 8 * i) & exponent) == exponent) {
        return false;
      }
    }
    return true;
  }

  private static boolean narrow(long at, long count, int exponent) {
    for (long i = 0; i < count; i++) {
      if ((ALL.get(JAVA_SHORT, at + 2 * i) & exponent) == exponent) {
        return false;
      }
    }
    return true;
  }
}
