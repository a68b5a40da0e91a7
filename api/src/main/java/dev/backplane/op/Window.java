package dev.backplane.op;

/**
 * How a window moves along one axis: the operand is dilated (zeros, or the identity of the
 * reduction, between its elements), padded, and the window, dilated itself, takes a position every
 * stride.
 *
 * @param size elements of the window; at least 1
 * @param stride the step between positions; at least 1
 * @param low padding before the first element; may be negative
 * @param high padding behind the last element; may be negative
 * @param baseDilation 1 + what is put between elements of the operand
 * @param windowDilation the distance of the window's elements
 */
public record Window(
    int size, int stride, int low, int high, int baseDilation, int windowDilation) {
  /**
   * Window W1: size, stride and dilations are at least 1. Window W2: neither the dilated window nor
   * the dilated and padded dimension passes 2^31-1.
   */
  public Window {
    int least = Math.min(Math.min(size, stride), Math.min(baseDilation, windowDilation));
    Check.that(least >= 1, "Window W1", () -> "size, stride and dilations must be at least 1");
    Check.dimension((size - 1L) * windowDilation + 1, "Window W2", () -> "the dilated window");
  }

  /** A window of one element everywhere: the axis is not reduced. */
  public static Window one() {
    return of(1, 1);
  }

  /** Neither padding nor dilation. */
  public static Window of(int size, int stride) {
    return new Window(size, stride, 0, 0, 1, 1);
  }

  /** Padding, no dilation. */
  public static Window of(int size, int stride, int low, int high) {
    return new Window(size, stride, low, high, 1, 1);
  }

  /** The extent of the dilated window. */
  public int extent() {
    return (size - 1) * windowDilation + 1;
  }

  /** The number of positions on a dimension; 0 if the window does not fit once. */
  public int positions(int dimension) {
    long dilated = dimension == 0 ? 0 : (dimension - 1L) * baseDilation + 1;
    // Padding may take away more than there is: then nothing fits.
    long left = Math.max(0, dilated + low + high);
    int padded = Check.dimension(left, "Window W2", () -> "a padded axis of " + dimension);
    return padded < extent() ? 0 : (padded - extent()) / stride + 1;
  }
}
