package dev.backplane.kit.host;

import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** What only moves data, of every dtype alike. */
final class Movement {
  private Movement() {}

  /** The kernel of an op that moves data; empty for any other. */
  static Optional<Kernel> kernel(Op op, List<TensorType> operands, List<TensorType> results) {
    if (op instanceof Constant(var value)) {
      return Optional.of((x, y) -> y.getFirst().copyFrom(value.data()));
    }
    if (op instanceof Reshape || op instanceof OptimizationBarrier) {
      return Optional.of(Movement::copy);
    }
    if (operands.size() != 1) {
      return Optional.empty();
    }
    var from = operands.getFirst().shape();
    var to = results.getFirst().shape();
    int bytes = results.getFirst().dtype().bytes();
    var strides = from.strides();
    var walk = new long[to.rank()];
    long start = 0;
    if (op instanceof Broadcast(Shape shape, var axes)) {
      for (int i = 0; i < axes.size(); i++) {
        walk[axes.get(i)] = from.dimension(i) == 1 ? 0 : strides[i];
      }
    } else if (op instanceof Transpose(var permutation)) {
      for (int i = 0; i < walk.length; i++) {
        walk[i] = strides[permutation.get(i)];
      }
    } else if (op instanceof Slice(var starts, var limits, var steps)) {
      for (int i = 0; i < walk.length; i++) {
        walk[i] = strides[i] * steps.get(i);
        start += strides[i] * starts.get(i);
      }
    } else if (op instanceof Reverse(var axes)) {
      for (int i = 0; i < walk.length; i++) {
        walk[i] = axes.contains(i) ? -strides[i] : strides[i];
        start += axes.contains(i) ? strides[i] * (from.dimension(i) - 1) : 0;
      }
    } else {
      return Optional.empty();
    }
    long first = start * bytes;
    return Optional.of((x, y) -> copy(x.getFirst(), first, walk, y.getFirst(), 0, to, 0, bytes));
  }

  private static void copy(List<MemorySegment> operands, List<MemorySegment> results) {
    for (int i = 0; i < results.size(); i++) {
      results.get(i).copyFrom(operands.get(i));
    }
  }

  /** Copies what lies behind an axis; gives the place in the target behind it. */
  private static long copy(
      MemorySegment from,
      long at,
      long[] walk,
      MemorySegment to,
      long place,
      Shape shape,
      int axis,
      int bytes) {
    if (axis == shape.rank()) {
      MemorySegment.copy(from, at, to, place, bytes);
      return place + bytes;
    }
    int extent = shape.dimension(axis);
    if (axis == shape.rank() - 1 && walk[axis] == 1) {
      MemorySegment.copy(from, at, to, place, (long) extent * bytes);
      return place + (long) extent * bytes;
    }
    long next = place;
    for (int i = 0; i < extent; i++) {
      next = copy(from, at + i * walk[axis] * bytes, walk, to, next, shape, axis + 1, bytes);
    }
    return next;
  }
}
