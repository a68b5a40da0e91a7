package dev.backplane.nn;

import java.util.OptionalDouble;

/**
 * Between which numbers each element of a target must be, as programs see it.
 *
 * @param least the smallest
 * @param most the largest
 * @param besides one more that may stand there, such as the label of padding
 */
public record TargetBounds(double least, double most, OptionalDouble besides) {
  /** From one number to another, and nothing else. */
  public static TargetBounds of(double least, double most) {
    return new TargetBounds(least, most, OptionalDouble.empty());
  }

  /** The labels of so many classes: 0 … classes - 1. */
  public static TargetBounds labels(int classes) {
    return of(0, classes - 1);
  }

  /** The same, and one number besides. */
  public TargetBounds or(double number) {
    return new TargetBounds(least, most, OptionalDouble.of(number));
  }

  /** Whether a number may stand there; NaN never. */
  public boolean contains(double number) {
    return number >= least && number <= most
        || besides.isPresent() && number == besides.getAsDouble();
  }
}
