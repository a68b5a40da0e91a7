package dev.backplane.backend.cpu.kernel;

import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.Float16;

/**
 * Functions that generated code calls by name: what has no vector form. Transcendental functions
 * come from {@link StrictMath}, whose bits never change.
 */
final class Scalars {
  private static final double TWO_OVER_ROOT_PI = 1.1283791670955126;

  private Scalars() {}

  static double exp(double x) {
    return StrictMath.exp(x);
  }

  static double expm1(double x) {
    return StrictMath.expm1(x);
  }

  static double log(double x) {
    return StrictMath.log(x);
  }

  static double log1p(double x) {
    return StrictMath.log1p(x);
  }

  static double tanh(double x) {
    return StrictMath.tanh(x);
  }

  static double logistic(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  }

  static double sin(double x) {
    return StrictMath.sin(x);
  }

  static double cos(double x) {
    return StrictMath.cos(x);
  }

  static float sin(float x) {
    return (float) StrictMath.sin(x);
  }

  static float cos(float x) {
    return (float) StrictMath.cos(x);
  }

  static double floor(double x) {
    return Math.floor(x);
  }

  static double ceil(double x) {
    return Math.ceil(x);
  }

  static double rint(double x) {
    return Math.rint(x);
  }

  /**
   * The error function: its Taylor series (all terms of one sign, by Kummer's transformation) below
   * 2, the continued fraction of its complement above.
   */
  static double erf(double x) {
    double a = Math.abs(x);
    if (!(a < 6)) {
      return Double.isNaN(x) ? x : Math.copySign(1, x);
    }
    if (a < 2) {
      double term = x;
      double sum = x;
      double square = x * x;
      for (int n = 1; Math.abs(term) > 0x1p-54 * Math.abs(sum); n++) {
        term *= 2 * square / (2 * n + 1);
        sum += term;
      }
      return TWO_OVER_ROOT_PI * StrictMath.exp(-square) * sum;
    }
    double fraction = a;
    for (int n = 60; n > 0; n--) {
      fraction = a + n / 2.0 / fraction;
    }
    double complement = StrictMath.exp(-a * a) / fraction * (TWO_OVER_ROOT_PI / 2);
    return Math.copySign(1 - complement, x);
  }

  static float pow(float x, float y) {
    return (float) pow((double) x, (double) y);
  }

  /** IEEE pow, which unlike Java's says 1 for a base of 1 and for ±1 to an infinite power. */
  static double pow(double x, double y) {
    return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
  }

  static float remainder(float x, float y) {
    return x % y;
  }

  static double remainder(double x, double y) {
    return x % y;
  }

  static int divide(int x, int y) {
    return y == 0 ? -1 : x / y;
  }

  static long divide(long x, long y) {
    return y == 0 ? -1 : x / y;
  }

  static int divideUnsigned(int x, int y) {
    return y == 0 ? -1 : Integer.divideUnsigned(x, y);
  }

  static int remainder(int x, int y) {
    return y == 0 ? x : x % y;
  }

  static long remainder(long x, long y) {
    return y == 0 ? x : x % y;
  }

  static int remainderUnsigned(int x, int y) {
    return y == 0 ? x : Integer.remainderUnsigned(x, y);
  }

  static int pow(int x, int y) {
    return (int) pow((long) x, (long) y);
  }

  static int powUnsigned(int x, int y) {
    return (int) pow((long) x, Integer.toUnsignedLong(y));
  }

  /** Wraps; a negative exponent gives 0 unless |x| is 1. */
  static long pow(long x, long y) {
    if (y < 0) {
      return x == 1 ? 1 : x == -1 ? ((y & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    long base = x;
    for (long left = y; left != 0; left >>>= 1) {
      if ((left & 1) != 0) {
        result *= base;
      }
      base *= base;
    }
    return result;
  }

  static float roundF16(float x) {
    return Float16.value(Float16.bits(x));
  }

  static float roundF16(double x) {
    return Float16.value(Float16.bits(x));
  }

  static float roundBf16(double x) {
    return BFloat16.value(BFloat16.bits(x));
  }

  static float bf16AsF16(float x) {
    return Float16.value((short) (Float.floatToRawIntBits(x) >>> 16));
  }

  static float f16AsBf16(float x) {
    return BFloat16.value(Float16.bits(x));
  }
}
