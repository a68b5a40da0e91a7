package dev.backplane.backend.cpu.convolution;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.tensor.DType;

/**
 * Whether all elements are finite. Where that is so, a product with the zeros that stand for
 * padding is nothing, and the fast kernels, which multiply them, are right.
 */
public final class Finite {
  private Finite() {}

  /** Two exponents of f32, and what added to them leaves its mark above one that is all ones. */
  private static final long EXPONENTS = 0x7f8000007f800000L;

  private static final long ONES = 0x0080000000800000L;
  private static final long MARKS = 0x8000000080000000L;

  /** Looks at every element. */
  public static boolean all(DType dtype, long at, long count) {
    return switch (dtype) {
      case F32 -> f32(at, count);
      case F64 -> f64(at, count);
      case BF16 -> narrow(at, count, 0x7f80);
      case F16 -> narrow(at, count, 0x7c00);
      case I64, I32, I8, U32, U8, BOOL -> true;
    };
  }

  /** By twos, without a branch: as fast as memory is, and soon compiled. */
  private static boolean f32(long at, long count) {
    long marks = 0;
    long pairs = count / 2;
    for (long i = 0; i < pairs; i++) {
      marks |= (ALL.get(JAVA_LONG_UNALIGNED, at + 8 * i) & EXPONENTS) + ONES;
    }
    if (count % 2 == 1) {
      marks |= (ALL.get(JAVA_INT, at + 4 * (count - 1)) & 0x7f800000L) + ONES;
    }
    return (marks & MARKS) == 0;
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
