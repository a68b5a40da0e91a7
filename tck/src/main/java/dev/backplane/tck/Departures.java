package dev.backplane.tck;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.op.Convolution;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a device says, by its properties, that it departs from the semantics. It is given nothing
 * that would show it: what it would make of that is not asked for.
 *
 * <ul>
 *   <li>{@code denormals = flushed}: it takes numbers below the smallest normal one for zero, and
 *       gives zero for them.
 *   <li>{@code padding = multiplied}: where a convolution's window lies over padding, it multiplies
 *       weights by zero. That shows where a weight is infinite or NaN.
 * </ul>
 *
 * @param denormals whether it flushes
 * @param padding whether it multiplies padding
 */
record Departures(boolean denormals, boolean padding) {
  static Departures of(DeviceInfo device) {
    return new Departures(
        "flushed".equals(device.properties().get("denormals")),
        "multiplied".equals(device.properties().get("padding")));
  }

  /** The case without what would show a departure. */
  Case spare(Case each) {
    var inputs = new ArrayList<>(flushed(each.inputs()));
    if (padding && each.op() instanceof Convolution) {
      inputs.set(1, finite(inputs.get(1)));
    }
    return each.with(inputs);
  }

  /** The values with zeros for what is flushed. */
  List<Literal> flushed(List<Literal> values) {
    return denormals ? values.stream().map(Departures::flush).toList() : values;
  }

  /** Whether there is a value that is flushed. */
  boolean flushes(List<Literal> values) {
    return denormals && values.stream().anyMatch(Departures::hasDenormals);
  }

  private static boolean hasDenormals(Literal value) {
    double least = smallest(value.type().dtype());
    return IntStream.range(0, (int) value.type().shape().size())
        .mapToDouble(value::doubleAt)
        .anyMatch(element -> element != 0 && Math.abs(element) < least);
  }

  /**
   * The smallest number that is not flushed. Denormals of f16 are normal in f32, its arithmetic.
   */
  private static double smallest(DType dtype) {
    return switch (dtype) {
      case F64, F32, BF16 -> Ulp.smallestNormal(dtype);
      case F16, I64, I32, I8, U32, U8, BOOL -> 0;
    };
  }

  /** Zeros of the sign. */
  private static Literal flush(Literal value) {
    double least = smallest(value.type().dtype());
    if (least == 0) {
      return value;
    }
    return Literal.fill(
        value.type(),
        i -> {
          double element = value.doubleAt(i);
          return Math.abs(element) < least ? Math.copySign(0, element) : element;
        });
  }

  private static Literal finite(Literal value) {
    return value.type().dtype().isFloating()
        ? Literal.fill(
            value.type(), i -> Double.isFinite(value.doubleAt(i)) ? value.doubleAt(i) : 1)
        : value;
  }
}
