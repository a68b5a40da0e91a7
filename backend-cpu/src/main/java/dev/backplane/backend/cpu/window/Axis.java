package dev.backplane.backend.cpu.window;

import dev.backplane.op.Window;

/**
 * One axis that a window moves along: of each position, which elements of the axis lie under the
 * window. They are equally far apart, the same distance at every position.
 *
 * <p>Neighbouring positions under which equally many elements lie, each the same distance further
 * on than at the position before, are a <em>line</em>.
 *
 * @param counts how many elements there are at each position
 * @param firsts where the first of them lies in memory, in elements
 * @param step how far apart they lie in memory
 * @param lengths how many positions the line has that begins at each position
 * @param advances how far the elements move along that line from a position to the next
 */
record Axis(int[] counts, long[] firsts, long step, int[] lengths, long[] advances) {
  /**
   * An axis of a dense tensor.
   *
   * @param stride how far apart its elements lie in memory
   */
  static Axis of(Window window, int dimension, long stride) {
    int positions = window.positions(dimension);
    long period = window.baseDilation() / gcd(window.baseDilation(), window.windowDilation());
    var axis =
        new Axis(
            new int[positions],
            new long[positions],
            period * window.windowDilation() / window.baseDilation() * stride,
            new int[positions],
            new long[positions]);
    for (int position = positions - 1; position >= 0; position--) {
      axis.place(position, window, dimension, period, stride);
      axis.line(position);
    }
    return axis;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  int positions() {
    return counts.length;
  }

  /** Finds the places of the window that hold an element: every so many of them, see period. */
  private void place(int position, Window w, int dimension, long period, long stride) {
    long start = (long) position * w.stride() - w.low();
    long dilation = w.windowDilation();
    long limit = dimension == 0 ? 0 : (dimension - 1L) * w.baseDilation() + 1;
    long from = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
    long to = start >= limit ? 0 : Math.min(w.size(), (limit - start + dilation - 1) / dilation);
    long tried = from + period;
    while (from < tried && (start + from * dilation) % w.baseDilation() != 0) {
      from++;
    }
    if (from < to && from < tried) {
      counts[position] = (int) ((to - from + period - 1) / period);
      firsts[position] = (start + from * dilation) / w.baseDilation() * stride;
    }
  }

  private void line(int position) {
    int next = position + 1;
    lengths[position] = 1;
    if (next == counts.length || counts[next] != counts[position]) {
      return;
    }
    long advance = firsts[next] - firsts[position];
    advances[position] = advance;
    boolean goesOn = lengths[next] > 1 && advances[next] == advance;
    lengths[position] = goesOn ? lengths[next] + 1 : 2;
  }
}
