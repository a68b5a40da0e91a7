package dev.backplane.backend.cpu.sort;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.op.Sort;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * A {@link Sort}, lane by lane: the keys are written as integers in the order wanted, the places of
 * the elements are merge-sorted by them, which is stable, and the operands are moved. Thread-safe.
 */
public final class LaneSort {
  /** Runs that are sorted by insertion before they are merged. */
  private static final int INSERTED = 8;

  private final boolean descending;
  private final int keys;
  private final DType[] dtypes;
  private final long outer;
  private final int extent;
  private final long inner;

  /** A sort of operands. */
  public LaneSort(Sort op, List<TensorType> operands) {
    descending = op.descending();
    keys = op.keys();
    dtypes = operands.stream().map(TensorType::dtype).toArray(DType[]::new);
    var shape = operands.getFirst().shape();
    long before = 1;
    long behind = 1;
    for (int i = 0; i < shape.rank(); i++) {
      before *= i < op.axis() ? shape.dimension(i) : 1;
      behind *= i > op.axis() ? shape.dimension(i) : 1;
    }
    outer = before;
    extent = shape.dimension(op.axis());
    inner = behind;
  }

  /** The parts it can be split into: what lies before the axis. */
  public long rows() {
    return outer;
  }

  /** Scratch for one part: the keys, and two lists of places. */
  public long scratchBytes() {
    return Libc.aligned((8L * keys + 4L + 4L) * extent);
  }

  /** Sorts the lanes of some rows. */
  public void run(long[] from, long[] to, long scratch, long firstRow, long endRow) {
    long order = scratch + 8L * keys * extent;
    for (long row = firstRow; row < endRow; row++) {
      for (long i = 0; i < inner; i++) {
        long first = row * extent * inner + i;
        for (int key = 0; key < keys; key++) {
          encode(dtypes[key], from[key], first, scratch + 8L * key * extent);
        }
        long sorted = sort(scratch, order, order + 4L * extent);
        for (int operand = 0; operand < from.length; operand++) {
          move(dtypes[operand].bytes(), from[operand], to[operand], first, sorted);
        }
      }
    }
  }

  /** Writes the elements of a lane as integers of the same order, reversed where that is wanted. */
  private void encode(DType dtype, long from, long first, long to) {
    for (int i = 0; i < extent; i++) {
      long key = key(dtype, from + (first + i * inner) * dtype.bytes());
      ALL.set(JAVA_LONG, to + 8L * i, descending ? ~key : key);
    }
  }

  private static long key(DType dtype, long at) {
    return switch (dtype) {
      case F64 -> key(ALL.get(JAVA_DOUBLE, at));
      case F32 -> key(ALL.get(JAVA_FLOAT, at));
      case BF16 -> key(BFloat16.value(ALL.get(JAVA_SHORT, at)));
      case F16 -> key(Float16.value(ALL.get(JAVA_SHORT, at)));
      case I64 -> ALL.get(JAVA_LONG, at);
      case I32 -> ALL.get(JAVA_INT, at);
      case U32 -> ALL.get(JAVA_INT, at) & 0xffffffffL;
      case I8 -> ALL.get(JAVA_BYTE, at);
      case U8, BOOL -> ALL.get(JAVA_BYTE, at) & 0xffL;
    };
  }

  /** -0 as +0, every NaN as the one, which is above everything; negatives backwards. */
  private static long key(double value) {
    long bits = Double.doubleToLongBits(value == 0 ? 0 : value);
    return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
  }

  private int compare(long lane, int a, int b) {
    for (int key = 0; key < keys; key++) {
      long x = ALL.get(JAVA_LONG, lane + 8L * ((long) key * extent + a));
      long y = ALL.get(JAVA_LONG, lane + 8L * ((long) key * extent + b));
      if (x != y) {
        return x < y ? -1 : 1;
      }
    }
    return 0;
  }

  /** Sorts the places of a lane; gives that of the two lists in which they end up. */
  private long sort(long lane, long list, long spare) {
    for (int from = 0; from < extent; from += INSERTED) {
      insert(lane, list, from, Math.min(extent, from + INSERTED));
    }
    long source = list;
    long target = spare;
    for (long width = INSERTED; width < extent; width *= 2) {
      for (long from = 0; from < extent; from += 2 * width) {
        long middle = Math.min(extent, from + width);
        merge(lane, source, target, from, middle, Math.min(extent, from + 2 * width));
      }
      long other = source;
      source = target;
      target = other;
    }
    return source;
  }

  private void insert(long lane, long list, int from, int to) {
    for (int i = from; i < to; i++) {
      int hole = i;
      while (hole > from) {
        int before = ALL.get(JAVA_INT, list + 4L * (hole - 1));
        if (compare(lane, before, i) <= 0) {
          break;
        }
        ALL.set(JAVA_INT, list + 4L * hole--, before);
      }
      ALL.set(JAVA_INT, list + 4L * hole, i);
    }
  }

  private void merge(long lane, long source, long target, long from, long middle, long to) {
    long left = from;
    long right = middle;
    for (long i = from; i < to; i++) {
      boolean takeLeft =
          right >= to
              || left < middle
                  && compare(
                          lane,
                          ALL.get(JAVA_INT, source + 4 * left),
                          ALL.get(JAVA_INT, source + 4 * right))
                      <= 0;
      ALL.set(
          JAVA_INT, target + 4 * i, ALL.get(JAVA_INT, source + 4 * (takeLeft ? left++ : right++)));
    }
  }

  private void move(int width, long from, long to, long first, long order) {
    for (int i = 0; i < extent; i++) {
      long source = from + (first + ALL.get(JAVA_INT, order + 4L * i) * inner) * width;
      long target = to + (first + i * inner) * width;
      switch (width) {
        case 1 -> ALL.set(JAVA_BYTE, target, ALL.get(JAVA_BYTE, source));
        case 2 -> ALL.set(JAVA_SHORT, target, ALL.get(JAVA_SHORT, source));
        case 4 -> ALL.set(JAVA_INT, target, ALL.get(JAVA_INT, source));
        case 8 -> ALL.set(JAVA_LONG, target, ALL.get(JAVA_LONG, source));
        default -> throw new IllegalStateException("no element has " + width + " bytes");
      }
    }
  }
}
