package dev.backplane.backend.cpu.window;

import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.List;

/**
 * Visits the positions of a window in row-major order and says, for each, which elements of the
 * operand lie under it. Axes at the end that have no window are one run of neighbours: what is done
 * to an element is done to the whole run.
 *
 * <p>Not thread-safe: it keeps its place in fields, so that a visit allocates nothing.
 */
public final class Positions {
  private final Window[] windows;
  private final int[] dimensions;
  private final long[] strides;
  private final int[] extents;
  private final long run;
  private final long elements;

  /** The position, per axis. */
  private final int[] at;

  /** Of each axis: how many places of the window hold an element, the first one, their distance. */
  private final int[] counts;

  private final long[] firsts;
  private final long[] steps;

  /** Where the elements lie, relative to {@link #base}: all of a full window, and of a cut one. */
  private final long[] full;

  private final long[] cut;
  private long end;
  private long index;
  private int count;
  private long base;
  private boolean whole;

  /** The positions on an operand of a shape; one window per axis. */
  public Positions(List<Window> windows, Shape shape) {
    int last = shape.rank();
    while (last > 0 && trivial(windows.get(last - 1))) {
      last--;
    }
    this.windows = windows.subList(0, last).toArray(Window[]::new);
    dimensions = new int[last];
    extents = new int[last];
    strides = new long[last];
    long places = 1;
    for (int i = 0; i < last; i++) {
      dimensions[i] = shape.dimension(i);
      extents[i] = windows.get(i).positions(dimensions[i]);
      strides[i] = shape.strides()[i];
      places *= Math.max(1, Math.min(windows.get(i).size(), dimensions[i]));
    }
    long behind = 1;
    for (int i = last; i < shape.rank(); i++) {
      behind *= shape.dimension(i);
    }
    run = behind;
    elements = shape.size();
    at = new int[last];
    counts = new int[last];
    firsts = new long[last];
    steps = new long[last];
    cut = new long[Math.toIntExact(places)];
    full = new long[Math.toIntExact(places)];
    fill(full, true);
  }

  static boolean trivial(Window w) {
    return w.size() == 1
        && w.stride() == 1
        && w.low() == 0
        && w.high() == 0
        && w.baseDilation() == 1;
  }

  /** Neighbouring elements that share their place under the window. */
  public long run() {
    return run;
  }

  /** Elements of the operand. */
  public long elements() {
    return elements;
  }

  /** How many positions there are. */
  public long size() {
    long size = 1;
    for (int extent : extents) {
      size *= extent;
    }
    return run == 0 ? 0 : size;
  }

  /** The number of parts that positions can be split into such that no two share an element. */
  public int rows() {
    return windows.length > 0 && trivial(windows[0]) ? dimensions[0] : 1;
  }

  /** Positions per row, see {@link #rows}. */
  public long rowSize() {
    return size() / Math.max(1, rows());
  }

  /** Elements of the operand per row. */
  public long rowElements() {
    return elements / Math.max(1, rows());
  }

  /** Whether no two positions share an element. */
  public boolean disjoint() {
    for (var w : windows) {
      if (w.stride() < w.extent() || w.baseDilation() > 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether every element lies under some position; only told of disjoint ones. */
  public boolean covers() {
    for (int i = 0; i < windows.length; i++) {
      var w = windows[i];
      long reached = (long) extents[i] * w.stride() - w.low();
      if (w.stride() > w.size()
          || w.windowDilation() > 1
          || w.low() < 0
          || reached < dimensions[i]) {
        return false;
      }
    }
    return true;
  }

  /** Stands before a row; {@link #next} goes on until the end of another. */
  public void start(int fromRow, int toRow) {
    index = fromRow * rowSize() - 1;
    end = toRow * rowSize();
    if (windows.length == 0) {
      return;
    }
    java.util.Arrays.fill(at, 0);
    if (rows() > 1) {
      at[0] = fromRow;
    }
    for (int i = 0; i < windows.length; i++) {
      place(i);
    }
    at[windows.length - 1]--;
  }

  /** Goes to the next position; false if there is none. */
  public boolean next() {
    if (++index >= end) {
      return false;
    }
    int axis = windows.length - 1;
    while (axis >= 0 && ++at[axis] == extents[axis]) {
      at[axis] = 0;
      place(axis--);
    }
    if (axis >= 0) {
      place(axis);
    }
    base = 0;
    whole = true;
    long places = 1;
    for (int i = 0; i < windows.length; i++) {
      base += firsts[i];
      places *= counts[i];
      whole &= counts[i] == windows[i].size() && windows[i].baseDilation() == 1;
    }
    count = (int) places;
    if (!whole) {
      fill(cut, false);
    }
    return true;
  }

  /** The number of the position. */
  public long index() {
    return index;
  }

  /** How many elements, or runs, lie under the window. */
  public int count() {
    return count;
  }

  /** The offset of the first element, from which {@link #offsets} count. */
  public long base() {
    return base;
  }

  /** Offsets of the elements, the first {@link #count}, in row-major order of the window. */
  public long[] offsets() {
    return whole ? full : cut;
  }

  /** Finds the places of one axis that hold elements: they are equally far apart. */
  private void place(int axis) {
    var w = windows[axis];
    long start = (long) at[axis] * w.stride() - w.low();
    long dilation = w.windowDilation();
    long baseDilation = w.baseDilation();
    long size = w.size();
    long limit = dimensions[axis] == 0 ? 0 : (dimensions[axis] - 1L) * baseDilation + 1;
    long from = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
    long to = start >= limit ? 0 : Math.min(size, (limit - start + dilation - 1) / dilation);
    if (baseDilation == 1) {
      counts[axis] = (int) Math.max(0, to - from);
      firsts[axis] = (start + from * dilation) * strides[axis];
      steps[axis] = dilation * strides[axis];
      return;
    }
    long period = baseDilation / gcd(baseDilation, dilation);
    while (from < to && (start + from * dilation) % baseDilation != 0) {
      from++;
    }
    counts[axis] = from < to ? (int) ((to - from + period - 1) / period) : 0;
    firsts[axis] = (start + from * dilation) / baseDilation * strides[axis];
    steps[axis] = period * dilation / baseDilation * strides[axis];
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  private void fill(long[] offsets, boolean all) {
    offsets[0] = 0;
    int filled = 1;
    for (int axis = 0; axis < windows.length; axis++) {
      int places =
          all ? Math.min(windows[axis].size(), Math.max(1, dimensions[axis])) : counts[axis];
      long step = all ? windows[axis].windowDilation() * strides[axis] : steps[axis];
      if (places == 0) {
        return;
      }
      for (int i = filled - 1; i >= 0; i--) {
        long offset = offsets[i];
        for (int j = places - 1; j >= 0; j--) {
          offsets[i * places + j] = offset + j * step;
        }
      }
      filled *= places;
    }
  }
}
