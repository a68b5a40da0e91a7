package dev.backplane.backend.cpu.scatter;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The updates of a {@link Scatter} in row-major order. Axes at the end that are slices dense in
 * both the updates and x are one run of neighbours, which for rows of a table is the whole row.
 */
public final class Updates {
  private static final long OUTSIDE = -1;

  private final DType dtype;
  private final DType indexType;
  private final Scatter.Mode mode;
  private final long xBytes;
  private final long run;

  /** Axes of the updates before the run: extent, step among index vectors, step within x. */
  private final int[] extents;

  private final long[] vectorSteps;
  private final long[] targetSteps;

  /** Index vectors: extents and steps (in bytes) of their axes, step between entries. */
  private final int[] vectorExtents;

  private final long[] indexSteps;
  private final long entryStep;
  private final long[] limits;
  private final long[] strides;
  private final long vectors;
  private final long rows;
  private final boolean empty;

  /** The updates of an op on operands x, indices, updates. */
  public Updates(Scatter op, TensorType x, TensorType indices, TensorType updates) {
    dtype = x.dtype();
    indexType = indices.dtype();
    mode = op.mode();
    xBytes = x.bytes();
    empty = updates.shape().size() == 0;
    int rank = updates.shape().rank();
    var xStrides = x.shape().strides();
    var windowStep = new long[rank];
    var sliceSize = new long[x.shape().rank()];
    for (int axis = 0, next = 0; axis < sliceSize.length; axis++) {
      sliceSize[axis] = 1;
      if (!op.insertedAxes().contains(axis)) {
        int windowAxis = op.windowAxes().get(next++);
        windowStep[windowAxis] = xStrides[axis];
        sliceSize[axis] = updates.shape().dimension(windowAxis);
      }
    }
    int last = rank;
    long behind = 1;
    while (last > 0
        && op.windowAxes().contains(last - 1)
        && (windowStep[last - 1] == behind || updates.shape().dimension(last - 1) == 1)) {
      behind *= updates.shape().dimension(--last);
    }
    run = behind;
    extents = new int[last];
    vectorSteps = new long[last];
    targetSteps = new long[last];
    long step = 1;
    for (int axis = last - 1; axis >= 0; axis--) {
      extents[axis] = updates.shape().dimension(axis);
      if (op.windowAxes().contains(axis)) {
        targetSteps[axis] = windowStep[axis];
      } else {
        vectorSteps[axis] = step;
        step *= extents[axis];
      }
    }
    vectors = step;
    var shape = indices.shape();
    var batch = new ArrayList<Integer>();
    var steps = new ArrayList<Long>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (axis != op.indexAxis()) {
        batch.add(shape.dimension(axis));
        steps.add(shape.strides()[axis] * indexType.bytes());
      }
    }
    vectorExtents = batch.stream().mapToInt(Integer::intValue).toArray();
    indexSteps = steps.stream().mapToLong(Long::longValue).toArray();
    entryStep =
        op.indexAxis() == shape.rank() ? 0 : shape.strides()[op.indexAxis()] * indexType.bytes();
    limits = limits(op.targetAxes(), x, sliceSize);
    strides = op.targetAxes().stream().mapToLong(axis -> xStrides[axis]).toArray();
    boolean byRows = op.targetAxes().equals(List.of(0)) && sliceSize[0] == 1;
    rows = byRows && !empty ? Math.max(1, x.shape().dimension(0)) : 1;
  }

  private static long[] limits(List<Integer> targetAxes, TensorType x, long[] sliceSize) {
    return targetAxes.stream()
        .mapToLong(axis -> x.shape().dimension(axis) - sliceSize[axis])
        .toArray();
  }

  /** Neighbouring elements that are updated together. */
  public long run() {
    return run;
  }

  /** The rows of x, where an update lies within one: then they may be updated in parts. */
  public long rows() {
    return rows;
  }

  /** Scratch of each part: where each index vector points. */
  public long scratchBytes() {
    return Libc.aligned(8 * vectors);
  }

  /**
   * Writes rows of x to the result, unless they lie there, and applies their updates.
   *
   * @param firstRow the first of {@link #rows}
   * @param lastRow the one behind the last
   */
  public Runnable bind(
      long x,
      long indices,
      long updates,
      long to,
      long scratch,
      Succession<Slices> slices,
      long firstRow,
      long lastRow) {
    var place = new int[Math.max(extents.length, vectorExtents.length)];
    long rowBytes = xBytes / rows;
    long first = firstRow * rowBytes;
    long bytes = (lastRow - firstRow) * rowBytes;
    long least = first / dtype.bytes();
    long most = least + bytes / dtype.bytes();
    return () -> {
      if (x != to) {
        java.lang.foreign.MemorySegment.copy(ALL, x + first, ALL, to + first, bytes);
      }
      if (!empty) {
        findStarts(place, indices, scratch, least, most);
        apply(place, updates, to, scratch, slices.now());
      }
    };
  }

  /** Of what points outside of a part's elements, that it is outside. */
  private void findStarts(int[] place, long indices, long starts, long least, long most) {
    java.util.Arrays.fill(place, 0);
    long at = indices;
    for (long vector = 0; vector < vectors; vector++) {
      long start = start(at);
      ALL.set(JAVA_LONG, starts + 8 * vector, start < least || start >= most ? OUTSIDE : start);
      for (int axis = vectorExtents.length - 1; axis >= 0; axis--) {
        at += indexSteps[axis];
        if (++place[axis] < vectorExtents[axis]) {
          break;
        }
        at -= indexSteps[axis] * vectorExtents[axis];
        place[axis] = 0;
      }
    }
  }

  private long start(long vector) {
    long start = 0;
    for (int i = 0; i < limits.length; i++) {
      long index = index(vector + i * entryStep);
      if (index < 0 || index > limits[i]) {
        return OUTSIDE;
      }
      start += index * strides[i];
    }
    return start;
  }

  private long index(long at) {
    return switch (indexType) {
      case I64 -> ALL.get(JAVA_LONG, at);
      case I32 -> ALL.get(JAVA_INT, at);
      case U32 -> Integer.toUnsignedLong(ALL.get(JAVA_INT, at));
      case I8 -> ALL.get(JAVA_BYTE, at);
      case U8 -> ALL.get(JAVA_BYTE, at) & 0xff;
      case F64, F32, BF16, F16, BOOL -> throw new IllegalStateException(indexType + " is no index");
    };
  }

  private void apply(int[] place, long updates, long to, long starts, Slices slices) {
    java.util.Arrays.fill(place, 0);
    long width = dtype.bytes();
    long vector = 0;
    long offset = 0;
    long update = updates;
    while (true) {
      long start = ALL.get(JAVA_LONG, starts + 8 * vector);
      if (start != OUTSIDE) {
        slices.combine(mode, update, to + (start + offset) * width, run);
      }
      update += run * width;
      int axis = extents.length - 1;
      while (axis >= 0) {
        vector += vectorSteps[axis];
        offset += targetSteps[axis];
        if (++place[axis] < extents[axis]) {
          break;
        }
        vector -= vectorSteps[axis] * extents[axis];
        offset -= targetSteps[axis] * extents[axis];
        place[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
    }
  }
}
