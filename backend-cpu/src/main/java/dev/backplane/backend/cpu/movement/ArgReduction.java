package dev.backplane.backend.cpu.movement;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.op.ArgReduce;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import dev.backplane.tensor.TensorType;

/**
 * The index of the largest or smallest element along an axis: the first of equals, the first NaN
 * where there is one.
 *
 * @param dtype of the elements
 * @param index of the result
 * @param largest whether the largest is sought
 * @param outer elements before the axis
 * @param extent of the axis
 * @param inner elements behind the axis
 */
public record ArgReduction(
    DType dtype, DType index, boolean largest, long outer, long extent, long inner) {
  /** The reduction of an operand. */
  public static ArgReduction of(ArgReduce op, TensorType x) {
    long outer = 1;
    long inner = 1;
    for (int i = 0; i < x.shape().rank(); i++) {
      outer *= i < op.axis() ? x.shape().dimension(i) : 1;
      inner *= i > op.axis() ? x.shape().dimension(i) : 1;
    }
    return new ArgReduction(
        x.dtype(),
        op.index(),
        op.kind() == ArgReduce.Kind.MAXIMUM,
        outer,
        x.shape().dimension(op.axis()),
        inner);
  }

  /** Runs it for the elements before the axis from one until before another. */
  public void run(long from, long to, long firstOuter, long lastOuter) {
    long step = inner * dtype.bytes();
    for (long o = firstOuter; o < lastOuter; o++) {
      for (long i = 0; i < inner; i++) {
        long first = from + o * extent * step + i * dtype.bytes();
        long found =
            switch (dtype) {
              case F32 -> f32(first, step);
              case F64, BF16, F16 -> floating(first, step);
              case I64, I32, I8, U32, U8, BOOL -> integer(first, step);
            };
        long at = to + (o * inner + i) * index.bytes();
        if (index == DType.I64) {
          ALL.set(JAVA_LONG, at, found);
        } else {
          ALL.set(JAVA_INT, at, (int) found);
        }
      }
    }
  }

  private long f32(long first, long step) {
    long best = 0;
    float bestValue = ALL.get(JAVA_FLOAT, first);
    for (long i = 1; i < extent && !Float.isNaN(bestValue); i++) {
      float value = ALL.get(JAVA_FLOAT, first + i * step);
      if (Float.isNaN(value) || (largest ? value > bestValue : value < bestValue)) {
        best = i;
        bestValue = value;
      }
    }
    return best;
  }

  private long floating(long first, long step) {
    long best = 0;
    double bestValue = number(first);
    for (long i = 1; i < extent && !Double.isNaN(bestValue); i++) {
      double value = number(first + i * step);
      if (Double.isNaN(value) || (largest ? value > bestValue : value < bestValue)) {
        best = i;
        bestValue = value;
      }
    }
    return best;
  }

  private double number(long at) {
    return switch (dtype) {
      case F64 -> ALL.get(JAVA_DOUBLE, at);
      case F32 -> ALL.get(JAVA_FLOAT, at);
      case BF16 -> BFloat16.value(ALL.get(JAVA_SHORT, at));
      case F16 -> Float16.value(ALL.get(JAVA_SHORT, at));
      case I64, I32, I8, U32, U8, BOOL -> throw new IllegalStateException(dtype + " is no float");
    };
  }

  private long integer(long first, long step) {
    long best = 0;
    long bestValue = whole(first);
    for (long i = 1; i < extent; i++) {
      long value = whole(first + i * step);
      if (largest ? value > bestValue : value < bestValue) {
        best = i;
        bestValue = value;
      }
    }
    return best;
  }

  private long whole(long at) {
    return switch (dtype) {
      case I64 -> ALL.get(JAVA_LONG, at);
      case I32 -> ALL.get(JAVA_INT, at);
      case U32 -> Integer.toUnsignedLong(ALL.get(JAVA_INT, at));
      case I8 -> ALL.get(JAVA_BYTE, at);
      case U8, BOOL -> ALL.get(JAVA_BYTE, at) & 0xff;
      case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is no integer");
    };
  }
}
