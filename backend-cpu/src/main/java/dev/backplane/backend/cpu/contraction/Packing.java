package dev.backplane.backend.cpu.contraction;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;

/** Elements on their way into the accumulator's type and back. */
public final class Packing {
  private Packing() {}

  /** Widens a row of elements; steps are in bytes. */
  public static void widen(
      DType dtype, long from, long fromStep, long to, long toStep, long count) {
    for (long i = 0; i < count; i++) {
      long source = from + i * fromStep;
      long target = to + i * toStep;
      switch (dtype) {
        case F64, I64 -> ALL.set(JAVA_LONG, target, ALL.get(JAVA_LONG, source));
        case F32, I32, U32 -> ALL.set(JAVA_INT, target, ALL.get(JAVA_INT, source));
        case BF16 -> ALL.set(JAVA_FLOAT, target, BFloat16.value(ALL.get(JAVA_SHORT, source)));
        case F16 -> ALL.set(JAVA_FLOAT, target, Float16.value(ALL.get(JAVA_SHORT, source)));
        case I8 -> ALL.set(JAVA_INT, target, ALL.get(JAVA_BYTE, source));
        case U8 -> ALL.set(JAVA_INT, target, ALL.get(JAVA_BYTE, source) & 0xff);
        case BOOL -> throw new IllegalStateException("bool has no products");
      }
    }
  }

  /** Writes zeros; the step is in bytes. */
  public static void zero(Accumulator accumulator, long to, long step, long count) {
    for (long i = 0; i < count; i++) {
      switch (accumulator) {
        case F64, I64 -> ALL.set(JAVA_LONG, to + i * step, 0);
        case F32, I32 -> ALL.set(JAVA_INT, to + i * step, 0);
      }
    }
  }

  /**
   * Rounds or wraps a sum to a dtype.
   *
   * @param biasAt where what is added to it lies, of the result's type f32 or f64; 0 for none
   */
  public static void store(DType dtype, long from, long to, long biasAt) {
    boolean bias = biasAt != 0;
    switch (dtype) {
      case F64 -> {
        double added = bias ? ALL.get(JAVA_DOUBLE, biasAt) : 0;
        double sum = ALL.get(JAVA_DOUBLE, from);
        ALL.set(JAVA_DOUBLE, to, bias ? sum + added : sum);
      }
      case F32 -> {
        float sum = ALL.get(JAVA_FLOAT, from);
        ALL.set(JAVA_FLOAT, to, bias ? sum + ALL.get(JAVA_FLOAT, biasAt) : sum);
      }
      case BF16 -> ALL.set(JAVA_SHORT, to, BFloat16.bits(ALL.get(JAVA_FLOAT, from)));
      case F16 -> ALL.set(JAVA_SHORT, to, Float16.bits(ALL.get(JAVA_FLOAT, from)));
      case I64 -> ALL.set(JAVA_LONG, to, ALL.get(JAVA_LONG, from));
      case I32, U32 -> ALL.set(JAVA_INT, to, ALL.get(JAVA_INT, from));
      case I8, U8 -> ALL.set(JAVA_BYTE, to, (byte) ALL.get(JAVA_INT, from));
      case BOOL -> throw new IllegalStateException("bool has no products");
    }
  }
}
