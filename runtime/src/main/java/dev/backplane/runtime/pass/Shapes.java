package dev.backplane.runtime.pass;

import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Pad;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Simpler ways to move the same elements. What moves nothing disappears, what follows another of
 * its kind becomes one with it, and contractions read their operands through transposes.
 */
final class Shapes {
  private Shapes() {}

  static Optional<Value> simplify(
      Primitive op, List<Value> operands, Rewriter graph, String origin) {
    var x = operands.getFirst();
    var result = op.infer(Value.types(operands)).getFirst().shape();
    // What is filled with one element is so after every move.
    if (op instanceof Reshape
        || op instanceof Transpose
        || op instanceof Slice
        || op instanceof Reverse) {
      var element = graph.splat(x);
      if (element.isPresent()) {
        return Optional.of(graph.fill(element.get(), result, origin));
      }
    }
    if (op instanceof Broadcast broadcast) {
      return broadcast(broadcast, x, graph, origin);
    }
    if (op instanceof Reshape) {
      return reshape(result, x, graph, origin);
    }
    if (op instanceof Transpose(List<Integer> permutation)) {
      return transpose(permutation, x, graph, origin);
    }
    if (op instanceof Slice slice) {
      return slice(slice, x, graph, origin);
    }
    if (op instanceof Pad(List<Integer> low, List<Integer> high, List<Integer> interior)) {
      return allZero(low) && allZero(high) && allZero(interior) ? Optional.of(x) : Optional.empty();
    }
    if (op instanceof Concatenate concatenate) {
      return concatenate(concatenate, operands, graph, origin);
    }
    if (op instanceof Reverse reverse) {
      return reverse(reverse, x, graph);
    }
    if (op instanceof DynamicSlice(List<Integer> sizes)) {
      return dynamicSlice(sizes, operands, graph, origin);
    }
    if (op instanceof DynamicUpdateSlice) {
      // A start is clamped, so an update as large as x covers it.
      return operands.get(1).type().equals(x.type())
          ? Optional.of(operands.get(1))
          : Optional.empty();
    }
    if (op instanceof Dot dot) {
      return dot(dot, x, operands.get(1), graph, origin);
    }
    return op instanceof Convolution convolution
        ? convolution(convolution, x, operands.get(1), graph, origin)
        : Optional.empty();
  }

  /** What is computed of nothing but repeated scalars is computed of them, and repeated. */
  static Optional<List<Value>> onScalars(
      Primitive op, List<Value> operands, Rewriter graph, String origin) {
    if (!Folding.isElementwise(op) || operands.getFirst().type().shape().rank() == 0) {
      return Optional.empty();
    }
    var scalars = new ArrayList<Value>();
    for (var operand : operands) {
      var repeated = graph.made(operand, Broadcast.class).map(Rewriter.Made::x);
      if (repeated.isEmpty() || repeated.get().type().shape().rank() > 0) {
        return Optional.empty();
      }
      scalars.add(repeated.get());
    }
    var scalar = graph.write(op, scalars, origin).getFirst();
    var shape = operands.getFirst().type().shape();
    return Optional.of(List.of(graph.write(new Broadcast(shape, List.of()), origin, scalar)));
  }

  private static boolean allZero(List<Integer> numbers) {
    return numbers.stream().allMatch(n -> n == 0);
  }

  private static boolean isIdentity(List<Integer> axes) {
    return IntStream.range(0, axes.size()).allMatch(i -> axes.get(i) == i);
  }

  private static Optional<Value> broadcast(Broadcast op, Value x, Rewriter graph, String origin) {
    if (x.type().shape().equals(op.shape())) {
      return Optional.of(x);
    }
    var element = graph.splat(x);
    if (element.isPresent()) {
      return x.type().shape().rank() == 0
          ? Optional.empty()
          : Optional.of(graph.fill(element.get(), op.shape(), origin));
    }
    if (x.type().shape().size() == op.shape().size()) {
      return Optional.of(graph.write(new Reshape(op.shape()), origin, x));
    }
    var inner = graph.made(x, Broadcast.class);
    if (inner.isPresent()) {
      var axes = inner.get().op().axes().stream().map(op.axes()::get).toList();
      return Optional.of(graph.write(new Broadcast(op.shape(), axes), origin, inner.get().x()));
    }
    var reshaped = graph.made(x, Reshape.class);
    return reshaped.flatMap(
        made ->
            insertedOnes(made.x().type().shape(), x.type().shape())
                .map(
                    kept -> {
                      var axes = kept.stream().map(op.axes()::get).toList();
                      return graph.write(new Broadcast(op.shape(), axes), origin, made.x());
                    }));
  }

  /** Where the axes of a shape went, if a reshape did nothing but insert axes of size 1. */
  private static Optional<List<Integer>> insertedOnes(Shape from, Shape to) {
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < to.rank(); i++) {
      boolean matches = axes.size() < from.rank() && from.dimension(axes.size()) == to.dimension(i);
      if (matches) {
        axes.add(i);
      } else if (to.dimension(i) != 1) {
        return Optional.empty();
      }
    }
    return axes.size() == from.rank() ? Optional.of(axes) : Optional.empty();
  }

  private static Optional<Value> reshape(Shape shape, Value x, Rewriter graph, String origin) {
    if (x.type().shape().equals(shape)) {
      return Optional.of(x);
    }
    return graph
        .made(x, Reshape.class)
        .map(inner -> graph.write(new Reshape(shape), origin, inner.x()));
  }

  private static Optional<Value> transpose(
      List<Integer> permutation, Value x, Rewriter graph, String origin) {
    if (isIdentity(permutation)) {
      return Optional.of(x);
    }
    var inner = graph.made(x, Transpose.class);
    if (inner.isPresent()) {
      var both = permutation.stream().map(inner.get().op().permutation()::get).toList();
      return Optional.of(graph.write(new Transpose(both), origin, inner.get().x()));
    }
    var shape = new Shape(permutation.stream().map(x.type().shape()::dimension).toList());
    // Only axes longer than 1 have an order that matters.
    if (increasing(permutation.stream().filter(a -> x.type().shape().dimension(a) != 1).toList())) {
      return Optional.of(graph.write(new Reshape(shape), origin, x));
    }
    var repeated = graph.made(x, Broadcast.class);
    if (repeated.isPresent()) {
      var axes = repeated.get().op().axes().stream().map(permutation::indexOf).toList();
      if (increasing(axes)) {
        return Optional.of(graph.write(new Broadcast(shape, axes), origin, repeated.get().x()));
      }
    }
    return Optional.empty();
  }

  private static boolean increasing(List<Integer> numbers) {
    return IntStream.range(1, numbers.size()).allMatch(i -> numbers.get(i - 1) < numbers.get(i));
  }

  private static Optional<Value> slice(Slice op, Value x, Rewriter graph, String origin) {
    var shape = x.type().shape();
    if (allZero(op.starts())
        && op.limits().equals(shape.dimensions())
        && op.strides().stream().allMatch(s -> s == 1)) {
      return Optional.of(x);
    }
    return graph.made(x, Slice.class).map(inner -> slices(inner, op, graph, origin));
  }

  private static Value slices(
      Rewriter.Made<Slice> inner, Slice outer, Rewriter graph, String origin) {
    var starts = new ArrayList<Integer>();
    var limits = new ArrayList<Integer>();
    var strides = new ArrayList<Integer>();
    for (int i = 0; i < outer.starts().size(); i++) {
      int step = inner.op().strides().get(i);
      int stride = outer.strides().get(i);
      int count = (outer.limits().get(i) - outer.starts().get(i) + stride - 1) / stride;
      int start = inner.op().starts().get(i) + outer.starts().get(i) * step;
      // A slice of nothing may begin anywhere; here it begins where it is sure to be inside.
      starts.add(count == 0 ? 0 : start);
      limits.add(count == 0 ? 0 : start + (count - 1) * step * stride + 1);
      strides.add(step * stride);
    }
    return graph.write(new Slice(starts, limits, strides), origin, inner.x());
  }

  private static Optional<Value> concatenate(
      Concatenate op, List<Value> operands, Rewriter graph, String origin) {
    var filled = operands.stream().filter(x -> x.type().shape().dimension(op.axis()) > 0).toList();
    if (operands.size() == 1 || filled.isEmpty()) {
      return Optional.of(operands.getFirst());
    }
    return filled.size() == operands.size()
        ? Optional.empty()
        : Optional.of(graph.write(op, filled, origin).getFirst());
  }

  private static Optional<Value> reverse(Reverse op, Value x, Rewriter graph) {
    if (op.axes().stream().allMatch(axis -> x.type().shape().dimension(axis) <= 1)) {
      return Optional.of(x);
    }
    return graph
        .made(x, Reverse.class)
        .filter(
            inner ->
                inner.op().axes().containsAll(op.axes())
                    && op.axes().size() == inner.op().axes().size())
        .map(Rewriter.Made::x);
  }

  private static Optional<Value> dynamicSlice(
      List<Integer> sizes, List<Value> operands, Rewriter graph, String origin) {
    var x = operands.getFirst();
    if (sizes.equals(x.type().shape().dimensions())) {
      return Optional.of(x);
    }
    var starts = new ArrayList<Integer>();
    var limits = new ArrayList<Integer>();
    for (int i = 0; i < sizes.size(); i++) {
      var start = graph.splat(operands.get(1 + i));
      if (start.isEmpty()) {
        return Optional.empty();
      }
      long last = x.type().shape().dimension(i) - sizes.get(i);
      starts.add((int) Math.clamp(start.get().longAt(0), 0, last));
      limits.add(starts.get(i) + sizes.get(i));
    }
    var slice = new Slice(starts, limits, Collections.nCopies(sizes.size(), 1));
    return Optional.of(graph.write(slice, origin, x));
  }

  /** Reads transposed operands where they lie, if their free axes keep their order. */
  private static Optional<Value> dot(
      Dot op, Value left, Value right, Rewriter graph, String origin) {
    var throughLeft = free(left, op.leftBatch(), op.leftContract(), graph);
    if (throughLeft.isPresent()) {
      var p = throughLeft.get().op().permutation();
      var dot =
          new Dot(
              through(p, op.leftBatch()),
              op.rightBatch(),
              through(p, op.leftContract()),
              op.rightContract(),
              op.result(),
              op.precision());
      return Optional.of(graph.write(dot, origin, throughLeft.get().x(), right));
    }
    return free(right, op.rightBatch(), op.rightContract(), graph)
        .map(
            made -> {
              var p = made.op().permutation();
              var dot =
                  new Dot(
                      op.leftBatch(),
                      through(p, op.rightBatch()),
                      op.leftContract(),
                      through(p, op.rightContract()),
                      op.result(),
                      op.precision());
              return graph.write(dot, origin, left, made.x());
            });
  }

  private static List<Integer> through(List<Integer> permutation, List<Integer> axes) {
    return axes.stream().map(permutation::get).toList();
  }

  private static Optional<Rewriter.Made<Transpose>> free(
      Value operand, List<Integer> batch, List<Integer> contract, Rewriter graph) {
    return graph
        .made(operand, Transpose.class)
        .filter(
            made -> {
              var free = new ArrayList<Integer>();
              for (int axis = 0; axis < made.op().permutation().size(); axis++) {
                if (!batch.contains(axis) && !contract.contains(axis)) {
                  free.add(made.op().permutation().get(axis));
                }
              }
              return increasing(free);
            });
  }

  private static Optional<Value> convolution(
      Convolution op, Value input, Value kernel, Rewriter graph, String origin) {
    var throughInput = graph.made(input, Transpose.class);
    var throughKernel = graph.made(kernel, Transpose.class);
    if (throughInput.isEmpty() && throughKernel.isEmpty()) {
      return Optional.empty();
    }
    var convolution =
        new Convolution(
            op.windows(),
            throughInput.map(t -> through(t, op.input())).orElse(op.input()),
            throughKernel.map(t -> through(t, op.kernel())).orElse(op.kernel()),
            op.output(),
            op.featureGroups(),
            op.batchGroups(),
            op.result(),
            op.precision());
    return Optional.of(
        graph.write(
            convolution,
            origin,
            throughInput.map(Rewriter.Made::x).orElse(input),
            throughKernel.map(Rewriter.Made::x).orElse(kernel)));
  }

  private static Layout through(Rewriter.Made<Transpose> transpose, Layout layout) {
    var p = transpose.op().permutation();
    return new Layout(p.get(layout.batch()), p.get(layout.feature()), through(p, layout.spatial()));
  }
}
