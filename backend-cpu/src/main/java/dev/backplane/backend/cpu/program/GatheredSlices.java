package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.op.Gather;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;

/** Walks over the index vectors of a gather and copies one slice for each. Not thread-safe. */
final class GatheredSlices {
  private final StridedCopy slice;
  private final DType indexType;
  private final int width;
  private final long[] batchExtents;
  private final long[] batchIndexSteps;
  private final long[] batchResultSteps;
  private final long[] place;
  private final long entryStep;
  private final long[] entryLimits;
  private final long[] entryStrides;
  private final boolean empty;

  GatheredSlices(
      Gather op, Shape from, TensorType indices, Shape result, int width, StridedCopy slice) {
    this.slice = slice;
    this.width = width;
    indexType = indices.dtype();
    var shape = indices.shape();
    var strides = shape.strides();
    var resultStrides = result.strides();
    var extents = new ArrayList<Long>();
    var indexSteps = new ArrayList<Long>();
    var resultSteps = new ArrayList<Long>();
    int axis = 0;
    for (int i = 0; i < shape.rank(); i++) {
      if (i == op.indexAxis()) {
        continue;
      }
      while (op.offsetAxes().contains(axis)) {
        axis++;
      }
      extents.add((long) shape.dimension(i));
      indexSteps.add(strides[i] * indexType.bytes());
      resultSteps.add(resultStrides[axis++] * width);
    }
    batchExtents = extents.stream().mapToLong(Long::longValue).toArray();
    batchIndexSteps = indexSteps.stream().mapToLong(Long::longValue).toArray();
    batchResultSteps = resultSteps.stream().mapToLong(Long::longValue).toArray();
    place = new long[batchExtents.length];
    entryStep = op.indexAxis() == shape.rank() ? 0 : strides[op.indexAxis()] * indexType.bytes();
    entryLimits = new long[op.startAxes().size()];
    entryStrides = new long[op.startAxes().size()];
    for (int i = 0; i < entryLimits.length; i++) {
      int start = op.startAxes().get(i);
      entryLimits[i] = from.dimension(start) - op.sliceSizes().get(start);
      entryStrides[i] = from.strides()[start];
    }
    empty = result.size() == 0;
  }

  /**
   * Copies the slices of some of the index vectors.
   *
   * @param first along their first axis
   * @param end behind the last one
   */
  void run(long from, long indices, long to, long first, long end) {
    if (empty || first >= end) {
      return;
    }
    java.util.Arrays.fill(place, 0);
    boolean single = place.length == 0;
    if (!single) {
      place[0] = first;
    }
    long last = single ? 1 : Math.min(end, batchExtents[0]);
    long index = single ? indices : indices + first * batchIndexSteps[0];
    long target = single ? to : to + first * batchResultSteps[0];
    while (true) {
      slice.run(from + start(index) * width, target);
      int axis = place.length - 1;
      while (axis >= 0) {
        index += batchIndexSteps[axis];
        target += batchResultSteps[axis];
        if (++place[axis] < (axis == 0 ? last : batchExtents[axis])) {
          break;
        }
        index -= batchIndexSteps[axis] * batchExtents[axis];
        target -= batchResultSteps[axis] * batchExtents[axis];
        place[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
    }
  }

  private long start(long vector) {
    long start = 0;
    for (int i = 0; i < entryLimits.length; i++) {
      long entry = Movements.index(indexType, vector + i * entryStep);
      start += Movements.clamp(entry, entryLimits[i]) * entryStrides[i];
    }
    return start;
  }
}
