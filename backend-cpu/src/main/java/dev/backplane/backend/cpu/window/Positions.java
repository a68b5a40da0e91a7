package dev.backplane.backend.cpu.window;

import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Visits the positions of a window in row-major order, a line ({@link Axis}) at a time, and says
 * which elements of the operand lie under it. Axes at the end that have no window are one run of
 * neighbours: what is done to an element is done to the whole run.
 *
 * <p>Not thread-safe: it keeps its place in fields, so that a visit allocates nothing.
 */
public final class Positions {
  private final Window[] windows;
  private final int[] dimensions;
  private final Axis[] axes;
  private final long run;
  private final long elements;

  /** The position that the line begins at, per axis. */
  private final int[] at;

  /** Of each axis, how many elements the offsets below are written for; -1 for none. */
  private final int[] written;

  /** Where the elements lie, relative to {@link #base}. */
  private final long[] offsets;

  private long end;
  private long index;
  private int count;
  private long base;
  private int length;

  /** The positions on an operand of a shape; one window per axis. */
  public Positions(List<Window> windows, Shape shape) {
    int last = shape.rank();
    while (last > 0 && trivial(windows.get(last - 1))) {
      last--;
    }
    this.windows = windows.subList(0, last).toArray(Window[]::new);
    dimensions = new int[last];
    axes = new Axis[last];
    long places = 1;
    for (int i = 0; i < last; i++) {
      dimensions[i] = shape.dimension(i);
      axes[i] = Axis.of(windows.get(i), dimensions[i], shape.strides()[i]);
      places *= Math.max(1, Arrays.stream(axes[i].counts()).max().orElse(0));
    }
    long behind = 1;
    for (int i = last; i < shape.rank(); i++) {
      behind *= shape.dimension(i);
    }
    run = behind;
    elements = shape.size();
    at = new int[last];
    written = new int[last];
    Arrays.fill(written, -1);
    offsets = new long[Math.toIntExact(places)];
  }

  private static boolean trivial(Window w) {
    return w.size() == 1
        && w.stride() == 1
        && w.low() == 0
        && w.high() == 0
        && w.baseDilation() == 1;
  }

  /** How many elements, or runs, lie under the window at most; 1 where none ever does. */
  public int most() {
    return offsets.length;
  }

  /** Whether fewer elements lie under some positions than under others. */
  public boolean cut() {
    return Arrays.stream(axes)
        .anyMatch(axis -> Arrays.stream(axis.counts()).distinct().count() > 1);
  }

  /** Whether so many elements lie under each position. */
  boolean always(int count) {
    return most() == count && !cut();
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
    for (var axis : axes) {
      size *= axis.positions();
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
      long reached = (long) axes[i].positions() * w.stride() - w.low();
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
    index = fromRow * rowSize();
    end = toRow * rowSize();
    length = 0;
    Arrays.fill(at, 0);
    if (rows() > 1) {
      at[0] = fromRow;
    }
  }

  /** Goes to the next line; false if there is none. */
  public boolean next() {
    index += length;
    if (index >= end) {
      return false;
    }
    int axis = windows.length - 1;
    if (axis < 0) {
      length = 1;
      count = 1;
      return true;
    }
    at[axis] += length;
    while (axis > 0 && at[axis] == axes[axis].positions()) {
      at[axis--] = 0;
      at[axis]++;
    }
    length = axes[windows.length - 1].lengths()[at[windows.length - 1]];
    base = 0;
    long places = 1;
    boolean same = true;
    for (int i = 0; i < windows.length; i++) {
      int counted = axes[i].counts()[at[i]];
      base += axes[i].firsts()[at[i]];
      places *= counted;
      same &= counted == written[i];
      written[i] = counted;
    }
    count = (int) places;
    if (!same && count > 0) {
      writeOffsets();
    }
    return true;
  }

  private void writeOffsets() {
    offsets[0] = 0;
    int filled = 1;
    for (int axis = 0; axis < windows.length; axis++) {
      int places = written[axis];
      long step = axes[axis].step();
      for (int i = filled - 1; i >= 0; i--) {
        long offset = offsets[i];
        for (int j = places - 1; j >= 0; j--) {
          offsets[i * places + j] = offset + j * step;
        }
      }
      filled *= places;
    }
  }

  /** The number of the position that the line begins at. */
  public long index() {
    return index;
  }

  /** How many positions the line has. */
  public int length() {
    return length;
  }

  /** How many elements the base moves from one position of the line to the next. */
  public long advance() {
    return windows.length == 0 ? 0 : axes[windows.length - 1].advances()[at[windows.length - 1]];
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
    return offsets;
  }
}
