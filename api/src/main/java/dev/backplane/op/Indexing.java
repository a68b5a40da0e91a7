package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** What {@link Gather} and {@link Scatter} have in common. */
final class Indexing {
  private Indexing() {}

  static void increasing(String constraint, List<Integer> axes, int rank) {
    Check.axes(constraint, axes, rank);
    for (int i = 1; i < axes.size(); i++) {
      int at = i;
      Check.that(axes.get(at - 1) < axes.get(at), constraint, () -> axes + " do not increase");
    }
  }

  static int vectorLength(String constraint, TensorType indices, int indexAxis) {
    Check.that(
        indices.dtype().isInteger(), constraint, () -> "indices are " + indices + ", not integers");
    int rank = indices.shape().rank();
    Check.that(
        indexAxis >= 0 && indexAxis <= rank,
        constraint,
        () -> "index axis " + indexAxis + " is not within 0 … " + rank + " of " + indices);
    return indexAxis == rank ? 1 : indices.shape().dimension(indexAxis);
  }

  static void starts(String constraint, List<Integer> axes, int vector, int rank) {
    Check.equal(constraint, "number of indexed axes", vector, axes.size());
    Check.axes(constraint, axes, rank);
  }

  static List<Integer> batch(Shape indices, int indexAxis) {
    return indexAxis == indices.rank()
        ? indices.dimensions()
        : indices.without(List.of(indexAxis)).dimensions();
  }

  /** Puts the slice's dimensions at the given axes and the batch's in between. */
  static Shape merge(List<Integer> batch, List<Integer> slice, List<Integer> sliceAxes) {
    var merged = new ArrayList<Integer>();
    int nextBatch = 0;
    int nextSlice = 0;
    for (int i = 0; i < batch.size() + slice.size(); i++) {
      merged.add(sliceAxes.contains(i) ? slice.get(nextSlice++) : batch.get(nextBatch++));
    }
    return new Shape(merged);
  }
}
