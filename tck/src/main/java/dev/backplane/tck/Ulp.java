package dev.backplane.tck;

import dev.backplane.tensor.DType;

/** The spacing and the limits of the floating dtypes. */
final class Ulp {
  private Ulp() {}

  /** Bits of the fraction as stored. */
  static int fractionBits(DType dtype) {
    return switch (dtype) {
      case F64 -> 52;
      case F32 -> 23;
      case BF16 -> 7;
      case F16 -> 10;
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  private static int smallestExponent(DType dtype) {
    return switch (dtype) {
      case F64 -> -1022;
      case F32, BF16 -> -126;
      case F16 -> -14;
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  /** The largest finite value. */
  static double largest(DType dtype) {
    int exponent = 1 - smallestExponent(dtype);
    return Math.scalb(2 - Math.scalb(1.0, -fractionBits(dtype)), exponent);
  }

  /** The smallest positive normal value. */
  static double smallestNormal(DType dtype) {
    return Math.scalb(1.0, smallestExponent(dtype));
  }

  /** The smallest positive value. */
  static double smallest(DType dtype) {
    return Math.scalb(1.0, smallestExponent(dtype) - fractionBits(dtype));
  }

  /** Half the spacing at 1: the largest relative error of a rounding. */
  static double unitRoundoff(DType dtype) {
    return Math.scalb(1.0, -fractionBits(dtype) - 1);
  }

  /** The distance of neighbours at a finite value. */
  static double at(DType dtype, double value) {
    int exponent = Math.max(Math.getExponent(value), smallestExponent(dtype));
    return Math.scalb(1.0, exponent - fractionBits(dtype));
  }
}
