package dev.backplane.runtime.reference;

import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.Pad;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Broadcast, Reshape, Transpose, Slice, Pad, Concatenate, Reverse, DynamicSlice,
 * DynamicUpdateSlice: all of them copy a box of elements between two strided views.
 */
final class Movement {
  private Movement() {}

  /** Where elements of an array lie: that of index 0 at an offset, neighbours strides apart. */
  record View(int offset, int[] strides) {
    static View of(Shape shape) {
      return new View(0, Walk.strides(shape));
    }
  }

  /** Copies a box of the given dimensions between two arrays. */
  static void copy(int[] dimensions, Dense from, View source, Dense to, View target) {
    int rank = dimensions.length;
    int count = rank == 0 ? 1 : dimensions[rank - 1];
    int sourceStride = rank == 0 ? 1 : source.strides[rank - 1];
    int targetStride = rank == 0 ? 1 : target.strides[rank - 1];
    var outer = dimensions.clone();
    if (rank > 0) {
      outer[rank - 1] = Math.min(1, count);
    }
    for (var walk = new Walk(outer); walk.inside(); walk.step()) {
      int read = source.offset + walk.offset(source.strides);
      int write = target.offset + walk.offset(target.strides);
      switch (to) {
        case Dense.Floats floats -> {
          var data = from.doubles();
          for (int i = 0; i < count; i++) {
            floats.data()[write + i * targetStride] = data[read + i * sourceStride];
          }
        }
        case Dense.Wholes wholes -> {
          var data = from.longs();
          for (int i = 0; i < count; i++) {
            wholes.data()[write + i * targetStride] = data[read + i * sourceStride];
          }
        }
      }
    }
  }

  /** A new value of the given shape whose elements are read through a view of another. */
  static Dense read(Dense from, Shape shape, View view) {
    var result = Dense.zeros(from.type().withShape(shape));
    copy(Walk.ints(shape.dimensions()), from, view, result, View.of(shape));
    return result;
  }

  static Dense broadcast(Broadcast op, Dense x) {
    var from = Walk.strides(x.type().shape());
    var strides = new int[op.shape().rank()];
    for (int i = 0; i < from.length; i++) {
      strides[op.axes().get(i)] = x.type().shape().dimension(i) == 1 ? 0 : from[i];
    }
    return read(x, op.shape(), new View(0, strides));
  }

  static Dense reshape(Reshape op, Dense x) {
    return x.as(x.type().withShape(op.shape()));
  }

  static Dense transpose(Transpose op, Dense x) {
    return transpose(x, Walk.ints(op.permutation()));
  }

  /** Axis i of the result is axis {@code permutation[i]} of x. */
  static Dense transpose(Dense x, int[] permutation) {
    var from = Walk.strides(x.type().shape());
    var strides = new int[permutation.length];
    var dimensions = new int[permutation.length];
    for (int i = 0; i < permutation.length; i++) {
      strides[i] = from[permutation[i]];
      dimensions[i] = x.type().shape().dimension(permutation[i]);
    }
    return read(x, Shape.of(dimensions), new View(0, strides));
  }

  static Dense slice(Slice op, Dense x, TensorType result) {
    var strides = Walk.strides(x.type().shape());
    int offset = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      offset += op.starts().get(axis) * strides[axis];
      strides[axis] *= op.strides().get(axis);
    }
    return read(x, result.shape(), new View(offset, strides));
  }

  static Dense pad(Pad op, Dense x, Dense value, TensorType type) {
    var result = Dense.filled(type, value);
    int rank = type.shape().rank();
    var target = Walk.strides(type.shape());
    var source = Walk.strides(x.type().shape());
    var dimensions = new int[rank];
    int read = 0;
    int write = 0;
    for (int axis = 0; axis < rank; axis++) {
      int step = op.interior().get(axis) + 1;
      int low = op.low().get(axis);
      // Of the elements that negative padding may cut off, the first and the last that remain.
      int first = low >= 0 ? 0 : (-low + step - 1) / step;
      int end = Math.floorDiv(type.shape().dimension(axis) - 1 - low, step) + 1;
      int count = Math.min(end, x.type().shape().dimension(axis)) - first;
      dimensions[axis] = Math.max(count, 0);
      read += first * source[axis];
      write += (low + first * step) * target[axis];
      target[axis] *= step;
    }
    copy(dimensions, x, new View(read, source), result, new View(write, target));
    return result;
  }

  static Dense concatenate(Concatenate op, List<Dense> operands, TensorType type) {
    var result = Dense.zeros(type);
    var strides = Walk.strides(type.shape());
    int start = 0;
    for (var operand : operands) {
      var shape = operand.type().shape();
      var target = new View(start * strides[op.axis()], strides);
      copy(Walk.ints(shape.dimensions()), operand, View.of(shape), result, target);
      start += shape.dimension(op.axis());
    }
    return result;
  }

  static Dense reverse(Reverse op, Dense x) {
    var shape = x.type().shape();
    var strides = Walk.strides(shape);
    int offset = 0;
    for (int axis : op.axes()) {
      offset += (shape.dimension(axis) - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
    return read(x, shape, new View(offset, strides));
  }

  static Dense dynamicSlice(DynamicSlice op, List<Dense> operands) {
    var x = operands.getFirst();
    var shape = new Shape(op.sizes());
    var strides = Walk.strides(x.type().shape());
    int offset = start(x.type().shape(), shape, strides, operands.subList(1, operands.size()));
    return read(x, shape, new View(offset, strides));
  }

  static Dense dynamicUpdateSlice(List<Dense> operands) {
    var x = operands.getFirst();
    var update = operands.get(1);
    var shape = x.type().shape();
    var part = update.type().shape();
    var strides = Walk.strides(shape);
    var result = read(x, shape, View.of(shape));
    int offset = start(shape, part, strides, operands.subList(2, operands.size()));
    var target = new View(offset, strides);
    copy(Walk.ints(part.dimensions()), update, View.of(part), result, target);
    return result;
  }

  /** The offset of a part at computed starts, each clamped so that the part lies within. */
  private static int start(Shape whole, Shape part, int[] strides, List<Dense> starts) {
    int offset = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      int most = whole.dimension(axis) - part.dimension(axis);
      offset += Math.clamp(starts.get(axis).longs()[0], 0, most) * strides[axis];
    }
    return offset;
  }
}
