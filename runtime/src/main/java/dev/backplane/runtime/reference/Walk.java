package dev.backplane.runtime.reference;

import dev.backplane.tensor.Shape;

/**
 * Visits the indices of a box in row-major order: {@code for (var w = …; w.inside(); w.step())}.
 */
final class Walk {
  private final int[] dimensions;
  private final int[] index;
  private boolean inside = true;

  Walk(int... dimensions) {
    this.dimensions = dimensions.clone();
    this.index = new int[dimensions.length];
    for (int dimension : dimensions) {
      inside &= dimension > 0;
    }
  }

  static Walk over(Shape shape) {
    return new Walk(ints(shape.dimensions()));
  }

  /** Unboxes a list once, so that loops over elements need not. */
  static int[] ints(java.util.List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether the walk stands on an index; not so for an empty box. */
  boolean inside() {
    return inside;
  }

  /** The index along one axis. */
  int at(int axis) {
    return index[axis];
  }

  /** The sum of index times stride over all axes. */
  int offset(int[] strides) {
    int offset = 0;
    for (int axis = 0; axis < index.length; axis++) {
      offset += index[axis] * strides[axis];
    }
    return offset;
  }

  void step() {
    for (int axis = index.length - 1; axis >= 0; axis--) {
      if (++index[axis] < dimensions[axis]) {
        return;
      }
      index[axis] = 0;
    }
    inside = false;
  }

  /** Row-major strides. Products of empty shapes stay small: nothing is ever read through them. */
  static int[] strides(Shape shape) {
    var strides = new int[shape.rank()];
    int stride = 1;
    for (int axis = strides.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dimension(axis);
    }
    return strides;
  }
}
