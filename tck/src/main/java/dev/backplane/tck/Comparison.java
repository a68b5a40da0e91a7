package dev.backplane.tck;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.Optional;

/**
 * What a device found beside what the oracle expects.
 *
 * @param ulps the largest distance, in units of the last place
 * @param mismatch the first element beyond the tolerance, described
 */
public record Comparison(double ulps, Optional<String> mismatch) {
  /** How far an element may be off, given its index and expected value. */
  @FunctionalInterface
  interface Bound {
    double at(int index, double expected);
  }

  /** The very bits, but for NaN, of which one is as good as another. */
  public static Comparison exact(Literal expected, Literal found) {
    var wrongType = types(expected, found);
    if (wrongType.isPresent()) {
      return new Comparison(Double.POSITIVE_INFINITY, wrongType);
    }
    boolean floating = expected.type().dtype().isFloating();
    int size = Math.toIntExact(expected.type().shape().size());
    for (int i = 0; i < size; i++) {
      boolean same =
          floating
              ? Double.doubleToLongBits(expected.doubleAt(i))
                  == Double.doubleToLongBits(found.doubleAt(i))
              : expected.longAt(i) == found.longAt(i);
      if (!same) {
        double ulps =
            floating
                ? distance(expected.type().dtype(), expected.doubleAt(i), found.doubleAt(i))
                : Math.abs((double) expected.longAt(i) - found.longAt(i));
        return new Comparison(
            ulps, Optional.of(describe(expected, found, i, "the very bits", ulps)));
      }
    }
    return new Comparison(0, Optional.empty());
  }

  /** Within a bound; NaN must be NaN. */
  static Comparison within(Literal expected, Literal found, Bound bound) {
    if (!expected.type().dtype().isFloating()) {
      return exact(expected, found);
    }
    var wrongType = types(expected, found);
    if (wrongType.isPresent()) {
      return new Comparison(Double.POSITIVE_INFINITY, wrongType);
    }
    var dtype = expected.type().dtype();
    int size = Math.toIntExact(expected.type().shape().size());
    double most = 0;
    for (int i = 0; i < size; i++) {
      double e = expected.doubleAt(i);
      double f = found.doubleAt(i);
      if (Double.isNaN(e) && Double.isNaN(f) || e == f) {
        continue;
      }
      double ulps = distance(dtype, e, f);
      double allowed = bound.at(i, e);
      if (!(Math.abs(finite(dtype, e) - finite(dtype, f)) <= allowed)) {
        return new Comparison(
            ulps, Optional.of(describe(expected, found, i, "± " + (float) allowed, ulps)));
      }
      most = Math.max(most, ulps);
    }
    return new Comparison(most, Optional.empty());
  }

  private static Optional<String> types(Literal expected, Literal found) {
    return expected.type().equals(found.type())
        ? Optional.empty()
        : Optional.of("type: expected " + expected.type() + ", found " + found.type());
  }

  /** The distance in units of the last place of the expected value. */
  static double distance(DType dtype, double expected, double found) {
    if (Double.isNaN(expected) || Double.isNaN(found)) {
      return Double.isNaN(expected) == Double.isNaN(found) ? 0 : Double.POSITIVE_INFINITY;
    }
    double e = finite(dtype, expected);
    return Math.abs(finite(dtype, found) - e) / Ulp.at(dtype, e);
  }

  /** Infinity counts as the number that follows the largest, where its binade has room for it. */
  private static double finite(DType dtype, double value) {
    if (!Double.isInfinite(value)) {
      return value;
    }
    double largest = Ulp.largest(dtype);
    return Math.copySign(dtype == DType.F64 ? largest : largest + Ulp.at(dtype, largest), value);
  }

  private static String describe(
      Literal expected, Literal found, int index, String allowed, double ulps) {
    var shape = expected.type().shape();
    var position = new StringBuilder();
    long rest = index;
    for (long stride : shape.strides()) {
      position.append(position.isEmpty() ? "[" : ",").append(rest / stride);
      rest %= stride;
    }
    position.append(position.isEmpty() ? "[]" : "]");
    boolean floating = expected.type().dtype().isFloating();
    return "element "
        + position
        + " of "
        + expected.type()
        + ": expected "
        + (floating ? text(expected.doubleAt(index)) : expected.longAt(index))
        + " ("
        + allowed
        + "), found "
        + (floating ? text(found.doubleAt(index)) : found.longAt(index))
        + (floating ? ", " + (float) ulps + " ulp apart" : "");
  }

  private static String text(double value) {
    return value + " = " + Double.toHexString(value);
  }
}
