package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The elements at start, start + stride, … below limit, along every axis.
 *
 * <ul>
 *   <li>C1: one start, limit and stride for each axis.
 *   <li>C2: 0 ≤ start ≤ limit ≤ dimension.
 *   <li>C3: stride ≥ 1.
 * </ul>
 *
 * @param starts the first index, per axis
 * @param limits the index past the last, per axis
 * @param strides the step, per axis
 */
public record Slice(List<Integer> starts, List<Integer> limits, List<Integer> strides)
    implements Primitive {
  /** Copies the lists. */
  public Slice {
    starts = List.copyOf(starts);
    limits = List.copyOf(limits);
    strides = List.copyOf(strides);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    int rank = x.shape().rank();
    Check.that(
        starts.size() == rank && limits.size() == rank && strides.size() == rank,
        "Slice C1",
        () -> "expected " + rank + " starts, limits and strides for " + x + ", found " + this);
    var dimensions = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      int start = starts.get(i);
      int limit = limits.get(i);
      int stride = strides.get(i);
      int axis = i;
      Check.that(
          0 <= start && start <= limit && limit <= x.shape().dimension(i),
          "Slice C2",
          () -> start + ":" + limit + " is not within axis " + axis + " of " + x);
      Check.that(stride >= 1, "Slice C3", () -> "stride " + stride + " on axis " + axis);
      dimensions.add(Math.ceilDiv(limit - start, stride));
    }
    return List.of(x.withShape(new Shape(dimensions)));
  }
}
