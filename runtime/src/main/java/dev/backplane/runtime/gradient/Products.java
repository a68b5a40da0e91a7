package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Pad;
import dev.backplane.op.Slice;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Products of many factors as a tree of products of two, whose gradients need no division: right
 * where factors are zero, and of any order.
 */
final class Products {
  private Products() {}

  /** The graph of Reduce(MULTIPLY, axes) on one operand of the given type. */
  static Graph tree(TensorType type, List<Integer> axes) {
    var builder = new Graph.Builder();
    var e = new Emitter(builder, "");
    var wide = e.convert(builder.input(type), type.dtype().accumulator());
    var kept = new ArrayList<>(Emitter.axes(type.shape().rank()));
    kept.removeAll(axes);
    var order = new ArrayList<>(kept);
    order.addAll(axes);
    var result = type.shape().without(axes);
    long factors = 1;
    for (int axis : axes) {
      factors *= type.shape().dimension(axis);
    }
    var flat = result.append(Math.toIntExact(factors));
    var x = e.reshape(e.transpose(wide, order), flat);
    if (factors == 0) {
      return builder.build(List.of(e.fill(type.withShape(result), 1)));
    }
    while (x.type().shape().last() > 1) {
      x = halve(e, x);
    }
    return builder.build(List.of(e.convert(e.reshape(x, result), type.dtype())));
  }

  /** Neighbours multiplied; a last one without neighbour meets a 1. */
  private static Value halve(Emitter e, Value x) {
    int size = x.type().shape().last();
    var even = x;
    if (size % 2 == 1) {
      int rank = x.type().shape().rank();
      var none = Collections.nCopies(rank, 0);
      var high = new ArrayList<>(none);
      high.set(rank - 1, 1);
      even = e.apply(new Pad(none, high, none), x, e.fill(x.type().withShape(Shape.scalar()), 1));
    }
    return e.multiply(everySecond(e, even, 0), everySecond(e, even, 1));
  }

  private static Value everySecond(Emitter e, Value x, int first) {
    var shape = x.type().shape();
    int last = shape.rank() - 1;
    var starts = new ArrayList<>(Collections.nCopies(shape.rank(), 0));
    var strides = new ArrayList<>(Collections.nCopies(shape.rank(), 1));
    starts.set(last, first);
    strides.set(last, 2);
    return e.apply(new Slice(starts, shape.dimensions(), strides), x);
  }
}
