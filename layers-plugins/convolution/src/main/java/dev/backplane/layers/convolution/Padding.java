package dev.backplane.layers.convolution;

import dev.backplane.op.Window;

/** What is put around the input before a window moves over it. */
public enum Padding {
  /** Nothing: the window stays inside, n becomes ⌊(n - extent) / stride⌋ + 1. */
  VALID,
  /**
   * As much as makes ⌈n / stride⌉ of n, half on each side; where it is odd, the one more is at the
   * end. Convolution sees zeros there; pooling sees nothing.
   */
  SAME;

  /** How a window moves along an axis of n elements. */
  Window window(int n, int size, int stride, int dilation) {
    return switch (this) {
      case VALID -> new Window(size, stride, 0, 0, 1, dilation);
      case SAME -> {
        int extent = new Window(size, stride, 0, 0, 1, dilation).extent();
        long last = (Math.ceilDiv(n, stride) - 1L) * stride + extent;
        int total = Math.toIntExact(Math.clamp(last - n, 0, Integer.MAX_VALUE));
        yield new Window(size, stride, total / 2, total - total / 2, 1, dilation);
      }
    };
  }

  /** How a window of a convolution's way back moves over its input, drawn apart by the stride. */
  Window back(int size, int stride) {
    return switch (this) {
      case VALID -> new Window(size, 1, size - 1, size - 1, stride, 1);
      case SAME -> {
        int cut = Math.max(size - stride, 0); // what the convolution padded, half on each side
        int low = size - 1 - cut / 2;
        yield new Window(size, 1, low, size + stride - 2 - low, stride, 1);
      }
    };
  }
}
