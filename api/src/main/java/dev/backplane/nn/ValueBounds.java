package dev.backplane.nn;

import java.util.OptionalDouble;

/**
 * Between which numbers each element of an input or a target must be, as programs see it.
 *
 * @param least the smallest
 * @param most the largest
 * @param besides one more that may stand there, such as the label of padding
 */
public record ValueBounds(double least, double most, OptionalDouble besides) {
  /** From one number to another, and nothing else. */
  public static ValueBounds of(double least, double most) {
    return new ValueBounds(least, most, OptionalDouble.empty());
  }

  /** One of so many labels or ids: 0 … count - 1. */
  public static ValueBounds indices(int count) {
    return of(0, count - 1);
  }

  /** The same, and one number besides. */
  public ValueBounds or(double number) {
    return new ValueBounds(least, most, OptionalDouble.of(number));
  }

  /** Whether a number may stand there; NaN never. */
  public boolean contains(double number) {
    return number >= least && number <= most
        || besides.isPresent() && number == besides.getAsDouble();
  }
}
