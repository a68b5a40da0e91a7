package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Gather;
import dev.backplane.op.Iota;
import dev.backplane.op.Pad;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The gradients of ReduceWindow and SelectAndScatter. Where no primitive moves the window back, the
 * elements under it are laid out as patches [positions …, elements of the window], by one gather.
 */
final class Windows {
  private Windows() {}

  static void reduce(ReduceWindow op, Pullback p) {
    if (p.result().type().shape().size() == 0) {
      return;
    }
    boolean dilated =
        op.windows().stream().anyMatch(w -> w.baseDilation() > 1 || w.windowDilation() > 1);
    switch (op.combiner()) {
      case ADD -> p.give(0, sum(op.windows(), p));
      case MAXIMUM, MINIMUM -> {
        var kind =
            op.combiner() == Combiner.MAXIMUM ? ArgReduce.Kind.MAXIMUM : ArgReduce.Kind.MINIMUM;
        if (dilated) {
          p.through(chosen(kind, op.windows(), p.type(0)));
        } else {
          p.give(
              0,
              p.emit.apply(new SelectAndScatter(kind, op.windows()), p.operand(0), p.cotangent()));
        }
      }
      case MULTIPLY -> p.through(product(op.windows(), p.type(0)));
      case AND, OR -> throw new IllegalStateException("a logical window received a cotangent");
    }
  }

  /** Each element gets the sum of d over the windows that held it: a window over d. */
  private static Value sum(List<Window> windows, Pullback p) {
    var back = new ArrayList<Window>();
    for (int i = 0; i < windows.size(); i++) {
      back.add(
          Contractions.transposed(
              windows.get(i), p.shape(0).dimension(i), p.result().type().shape().dimension(i)));
    }
    return p.emit.apply(new ReduceWindow(Combiner.ADD, back), p.cotangent());
  }

  private static Graph product(List<Window> windows, TensorType type) {
    var builder = new Graph.Builder();
    var e = new Emitter(builder, "");
    var x = e.convert(builder.input(type), type.dtype().accumulator());
    var patches = patches(e, x, windows, e.fill(x.type().withShape(Shape.scalar()), 1));
    int last = patches.type().shape().rank() - 1;
    var product =
        builder.inline(Products.tree(patches.type(), List.of(last)), List.of(patches), "");
    return builder.build(List.of(e.convert(product.getFirst(), type.dtype())));
  }

  /** A dilated MAXIMUM or MINIMUM as the element chosen under each window. */
  private static Graph chosen(ArgReduce.Kind kind, List<Window> windows, TensorType type) {
    var builder = new Graph.Builder();
    var e = new Emitter(builder, "");
    var x = builder.input(type);
    var choice = choice(e, kind, windows, x);
    var none = none(e, kind, type.dtype());
    var patches = patches(e, x, windows, none);
    int last = patches.type().shape().rank() - 1;
    var sum = e.sum(e.where(choice, patches), List.of(last));
    // A window with nothing but padding chooses nothing.
    var any = e.apply(new Reduce(Combiner.OR, List.of(last)), choice);
    var identity = e.broadcast(none, sum.type().shape(), List.of());
    return builder.build(List.of(e.select(any, sum, identity)));
  }

  /** The source gets d from where its element went; the choice itself is flat in x. */
  static void selectAndScatter(SelectAndScatter op, Pullback p) {
    if (!p.wants(1) || p.type(1).shape().size() == 0) {
      return;
    }
    var e = p.emit;
    var choice = choice(e, op.select(), op.windows(), p.operand(0));
    var zero = e.zeros(p.type(0).withShape(Shape.scalar()));
    var patches = patches(e, p.cotangent(), op.windows(), zero);
    p.give(1, e.sum(e.where(choice, patches), List.of(patches.type().shape().rank() - 1)));
  }

  /** The identity of maximum or minimum. */
  private static Value none(Emitter e, ArgReduce.Kind kind, DType dtype) {
    double infinity =
        kind == ArgReduce.Kind.MAXIMUM ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    return e.constant(Literal.scalar(dtype, infinity));
  }

  /** Over the patches of x: bool, true at the one element that each window chooses. */
  private static Value choice(Emitter e, ArgReduce.Kind kind, List<Window> windows, Value x) {
    var bool = x.type().withDType(DType.BOOL);
    var outside = e.constant(Literal.scalar(DType.BOOL, 0));
    var inside = patches(e, e.fill(bool, 1), windows, outside);
    var none = none(e, kind, x.type().dtype());
    var patches = patches(e, x, windows, none);
    var shape = patches.type().shape();
    int last = shape.rank() - 1;
    var best = e.apply(new ArgReduce(kind, last, DType.I32), patches);
    // Padding ties with a real infinity: then it is the first element that is no padding.
    var firstInside =
        e.apply(
            new ArgReduce(ArgReduce.Kind.MAXIMUM, last, DType.I32), e.convert(inside, DType.I8));
    var reducer = kind == ArgReduce.Kind.MAXIMUM ? Binary.Kind.MAXIMUM : Binary.Kind.MINIMUM;
    var combiner = reducer == Binary.Kind.MAXIMUM ? Combiner.MAXIMUM : Combiner.MINIMUM;
    var extreme = e.apply(new Reduce(combiner, List.of(last)), patches);
    var tie = e.equal(extreme, e.broadcast(none, extreme.type().shape(), List.of()));
    var index = e.unreduce(e.select(tie, firstInside, best), shape, List.of(last));
    var place = e.apply(new Iota(new TensorType(DType.I32, shape), last));
    return e.and(e.compare(Compare.Direction.EQ, place, index), inside);
  }

  /** Dilates and pads x with a scalar, then lays the windows out, their elements row-major. */
  private static Value patches(Emitter e, Value x, List<Window> windows, Value outside) {
    int rank = windows.size();
    var shape = x.type().shape();
    var low = windows.stream().map(Window::low).toList();
    var interior = windows.stream().map(w -> w.baseDilation() - 1).toList();
    var high = new ArrayList<Integer>();
    var positions = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      high.add(windows.get(i).high());
      positions.add(windows.get(i).positions(shape.dimension(i)));
    }
    var padded = e.apply(new Pad(low, high, interior), x, outside);
    // Axes of positions, then axes of the window: where each reads, an index vector at the end.
    var grid = new ArrayList<>(positions);
    windows.forEach(w -> grid.add(w.size()));
    var vectors = new ArrayList<Value>();
    for (int i = 0; i < rank; i++) {
      var type = new TensorType(DType.I32, new Shape(grid));
      var start = scaled(e, new Iota(type, i), windows.get(i).stride());
      var offset = scaled(e, new Iota(type, rank + i), windows.get(i).windowDilation());
      vectors.add(e.reshape(e.add(start, offset), new Shape(grid).append(1)));
    }
    long elements = windows.stream().mapToLong(Window::size).reduce(1, (a, b) -> a * b);
    var flat = new Shape(positions).append(Math.toIntExact(elements));
    if (rank == 0) {
      return e.reshape(padded, flat);
    }
    var indices = e.applyAll(new Concatenate(2 * rank), vectors).getFirst();
    var all = IntStream.range(0, rank).boxed().toList();
    var gather = new Gather(List.of(), all, all, 2 * rank, all.stream().map(_ -> 1).toList());
    return e.reshape(e.apply(gather, padded, indices), flat);
  }

  private static Value scaled(Emitter e, Iota iota, int factor) {
    var index = e.apply(iota);
    return factor == 1 ? index : e.multiply(index, factor);
  }
}
