package dev.backplane.backend.cpu.movement;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;

/**
 * The type in which elements are worked on where there is no kernel for each dtype: floats of 16
 * bits in f32, integers and bool in 64 bits, of which the low ones are right however sums wrap.
 */
public enum Widened {
  /** f32, f16 and bf16. */
  F32(4),
  /** f64. */
  F64(8),
  /** Integers, signed or not, and bool. */
  I64(8);

  private final int bytes;

  Widened(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }

  /** The type for a dtype. */
  public static Widened of(DType dtype) {
    return switch (dtype) {
      case F32, BF16, F16 -> F32;
      case F64 -> F64;
      case I64, I32, I8, U32, U8, BOOL -> I64;
    };
  }

  /** Whether elements of a dtype have another form in memory. */
  public static boolean differs(DType dtype) {
    return switch (dtype) {
      case F32, F64, I64 -> false;
      case BF16, F16, I32, I8, U32, U8, BOOL -> true;
    };
  }

  /** Memory for so many widened elements; none if the dtype is as wide already. */
  public static long copyBytes(DType dtype, long count) {
    return differs(dtype) ? Libc.aligned(count * of(dtype).bytes) : 0;
  }

  /** Writes elements of a dtype in their wide form. */
  public static void widen(DType dtype, long from, long to, long count) {
    for (long i = 0; i < count; i++) {
      switch (dtype) {
        case BF16 ->
            ALL.set(JAVA_FLOAT, to + 4 * i, BFloat16.value(ALL.get(JAVA_SHORT, from + 2 * i)));
        case F16 ->
            ALL.set(JAVA_FLOAT, to + 4 * i, Float16.value(ALL.get(JAVA_SHORT, from + 2 * i)));
        case F32 -> ALL.set(JAVA_INT, to + 4 * i, ALL.get(JAVA_INT, from + 4 * i));
        case F64, I64 -> ALL.set(JAVA_LONG, to + 8 * i, ALL.get(JAVA_LONG, from + 8 * i));
        case I32 -> ALL.set(JAVA_LONG, to + 8 * i, (long) ALL.get(JAVA_INT, from + 4 * i));
        case U32 -> ALL.set(JAVA_LONG, to + 8 * i, ALL.get(JAVA_INT, from + 4 * i) & 0xffffffffL);
        case I8 -> ALL.set(JAVA_LONG, to + 8 * i, (long) ALL.get(JAVA_BYTE, from + i));
        case U8, BOOL -> ALL.set(JAVA_LONG, to + 8 * i, ALL.get(JAVA_BYTE, from + i) & 0xffL);
      }
    }
  }

  /** Rounds or wraps wide elements to a dtype. */
  public static void narrow(DType dtype, long from, long to, long count) {
    for (long i = 0; i < count; i++) {
      switch (dtype) {
        case BF16 ->
            ALL.set(JAVA_SHORT, to + 2 * i, BFloat16.bits(ALL.get(JAVA_FLOAT, from + 4 * i)));
        case F16 ->
            ALL.set(JAVA_SHORT, to + 2 * i, Float16.bits(ALL.get(JAVA_FLOAT, from + 4 * i)));
        case F32 -> ALL.set(JAVA_INT, to + 4 * i, ALL.get(JAVA_INT, from + 4 * i));
        case F64, I64 -> ALL.set(JAVA_LONG, to + 8 * i, ALL.get(JAVA_LONG, from + 8 * i));
        case I32, U32 -> ALL.set(JAVA_INT, to + 4 * i, (int) ALL.get(JAVA_LONG, from + 8 * i));
        case I8, U8, BOOL -> ALL.set(JAVA_BYTE, to + i, (byte) ALL.get(JAVA_LONG, from + 8 * i));
      }
    }
  }
}
