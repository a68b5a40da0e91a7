package dev.backplane.runtime.reference;

import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;

/** How results of exact arithmetic get back into the range of a dtype. */
final class Rounding {
  private Rounding() {}

  /** The nearest value of a floating dtype, ties to even. */
  static double round(DType dtype, double value) {
    return switch (dtype) {
      case F64 -> value;
      case F32 -> (float) value;
      case BF16 -> BFloat16.value(BFloat16.bits(value));
      case F16 -> Float16.value(Float16.bits(value));
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalStateException(dtype + " is not floating");
    };
  }

  /** The value of an integer dtype with the same low bits; of bool the lowest bit. */
  static long wrap(DType dtype, long value) {
    return switch (dtype) {
      case I64 -> value;
      case I32 -> (int) value;
      case I8 -> (byte) value;
      case U32 -> value & 0xffffffffL;
      case U8 -> value & 0xff;
      case BOOL -> value & 1;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
    };
  }

  /** An integer as the nearest value of a floating dtype, rounded once. */
  static double round(DType dtype, long value) {
    return switch (dtype) {
      case F64 -> value;
      case F32 -> (float) value;
      case BF16, F16 -> round(dtype, oddDouble(value));
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalStateException(dtype + " is not floating");
    };
  }

  /** Rounded to odd, so that rounding it again is as if the integer itself had been rounded. */
  private static double oddDouble(long value) {
    boolean exact = value > -(1L << 53) && value < 1L << 53 || (value & 0x7ff) == 0;
    return exact ? value : value & ~0x7ffL | 0x800;
  }

  /** A number truncated and saturated to an integer dtype, NaN as 0. */
  static long saturate(DType dtype, double value) {
    return switch (dtype) {
      case I64 -> (long) value;
      case I32, I8, U32, U8 -> Math.clamp((long) value, smallest(dtype), largest(dtype));
      case BOOL -> value != 0 ? 1 : 0;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
    };
  }

  /** The smallest value of an integer dtype or bool. */
  static long smallest(DType dtype) {
    return switch (dtype) {
      case I64 -> Long.MIN_VALUE;
      case I32 -> Integer.MIN_VALUE;
      case I8 -> Byte.MIN_VALUE;
      case U32, U8, BOOL -> 0;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
    };
  }

  /** The largest value of an integer dtype or bool. */
  static long largest(DType dtype) {
    return switch (dtype) {
      case I64 -> Long.MAX_VALUE;
      case I32 -> Integer.MAX_VALUE;
      case I8 -> Byte.MAX_VALUE;
      case U32 -> 0xffffffffL;
      case U8 -> 0xff;
      case BOOL -> 1;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
    };
  }
}
