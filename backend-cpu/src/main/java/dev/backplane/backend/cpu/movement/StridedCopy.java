package dev.backplane.backend.cpu.movement;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies a box of elements from one strided place to another. Transposition, slices, reversal,
 * broadcasting, concatenation, padding and updates are all this, with other strides.
 *
 * <p>Steps are in bytes; a source step may be zero or negative. Not thread-safe: it keeps its place
 * between elements in fields, so that a copy allocates nothing.
 */
public final class StridedCopy {
  /** Shorter runs are cheaper eight bytes at a time. */
  private static final long BULK_BYTES = 64;

  private final int width;
  private final long[] extents;
  private final long[] fromSteps;
  private final long[] toSteps;
  private final long[] place;
  private final boolean empty;

  private StridedCopy(int width, List<long[]> axes, boolean empty) {
    this.width = width;
    this.empty = empty;
    extents = axes.stream().mapToLong(axis -> axis[0]).toArray();
    fromSteps = axes.stream().mapToLong(axis -> axis[1]).toArray();
    toSteps = axes.stream().mapToLong(axis -> axis[2]).toArray();
    place = new long[extents.length];
  }

  /**
   * A copy of a box.
   *
   * @param width bytes of an element: 1, 2, 4 or 8
   * @param dimensions the box
   * @param fromStrides element strides of the source, per dimension
   * @param toStrides element strides of the target, per dimension
   */
  public static StridedCopy of(
      int width, List<Integer> dimensions, long[] fromStrides, long[] toStrides) {
    var axes = new ArrayList<long[]>();
    boolean empty = false;
    for (int i = 0; i < dimensions.size(); i++) {
      long extent = dimensions.get(i);
      empty |= extent == 0;
      if (extent == 1) {
        continue;
      }
      long from = fromStrides[i] * width;
      long to = toStrides[i] * width;
      var outer = axes.isEmpty() ? null : axes.getLast();
      if (outer != null && outer[1] == from * extent && outer[2] == to * extent) {
        // The axis outside goes on where this one ends: one axis.
        outer[0] *= extent;
        outer[1] = from;
        outer[2] = to;
      } else {
        axes.add(new long[] {extent, from, to});
      }
    }
    if (axes.isEmpty()) {
      axes.add(new long[] {1, width, width});
    }
    return new StridedCopy(width, axes, empty);
  }

  /** Copies from one address to another; the places must not overlap. */
  public void run(long from, long to) {
    if (empty) {
      return;
    }
    int outer = extents.length - 1;
    java.util.Arrays.fill(place, 0);
    long source = from;
    long target = to;
    while (true) {
      row(source, target);
      int axis = outer - 1;
      while (axis >= 0) {
        source += fromSteps[axis];
        target += toSteps[axis];
        if (++place[axis] < extents[axis]) {
          break;
        }
        source -= fromSteps[axis] * extents[axis];
        target -= toSteps[axis] * extents[axis];
        place[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
    }
  }

  private static void run(long from, long to, long bytes) {
    if (bytes >= BULK_BYTES) {
      MemorySegment.copy(ALL, from, ALL, to, bytes);
      return;
    }
    long done = 0;
    for (; done + Long.BYTES <= bytes; done += Long.BYTES) {
      ALL.set(JAVA_LONG_UNALIGNED, to + done, ALL.get(JAVA_LONG_UNALIGNED, from + done));
    }
    for (; done < bytes; done++) {
      ALL.set(JAVA_BYTE, to + done, ALL.get(JAVA_BYTE, from + done));
    }
  }

  private void row(long from, long to) {
    int inner = extents.length - 1;
    long count = extents[inner];
    long fromStep = fromSteps[inner];
    long toStep = toSteps[inner];
    if (fromStep == width && toStep == width) {
      run(from, to, count * width);
      return;
    }
    switch (width) {
      case 1 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_BYTE, to + i * toStep, ALL.get(JAVA_BYTE, from + i * fromStep));
        }
      }
      case 2 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_SHORT, to + i * toStep, ALL.get(JAVA_SHORT, from + i * fromStep));
        }
      }
      case 4 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_INT, to + i * toStep, ALL.get(JAVA_INT, from + i * fromStep));
        }
      }
      case 8 -> {
        for (long i = 0; i < count; i++) {
          ALL.set(JAVA_LONG, to + i * toStep, ALL.get(JAVA_LONG, from + i * fromStep));
        }
      }
      default -> throw new IllegalStateException("no element has " + width + " bytes");
    }
  }
}
