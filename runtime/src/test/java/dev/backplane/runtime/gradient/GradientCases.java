package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** Functions with a gradient: every differentiable primitive of one body, in its variants. */
final class GradientCases {
  private final List<Case> cases = new ArrayList<>();
  private final Random random = new Random(20260);

  private GradientCases() {}

  /**
   * A function and where it is differentiated.
   *
   * @param name what it shows
   * @param function the function
   * @param at its arguments
   */
  record Case(String name, Graph function, List<Literal> at) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> all() {
    var all = new GradientCases();
    all.elementwise();
    all.movement();
    all.contractions();
    all.convolutions();
    all.reductions();
    all.windows();
    all.indexed();
    return all.cases;
  }

  static Graph graph(
      List<TensorType> types, BiFunction<Graph.Builder, List<Value>, List<Value>> body) {
    var builder = new Graph.Builder();
    var inputs = types.stream().map(builder::input).toList();
    return builder.build(body.apply(builder, inputs));
  }

  private void add(String name, Op op, Literal... at) {
    var types = List.of(at).stream().map(Literal::type).toList();
    cases.add(new Case(name, graph(types, (b, x) -> b.apply(op, x, "")), List.of(at)));
  }

  private Literal f64(int... dimensions) {
    return GradientCheck.random(random, TensorType.of(DType.F64, dimensions));
  }

  private Literal positive(int... dimensions) {
    return Literal.fill(TensorType.of(DType.F64, dimensions), _ -> 0.2 + 1.5 * random.nextDouble());
  }

  private Literal bools(int... dimensions) {
    return Literal.fill(TensorType.of(DType.BOOL, dimensions), _ -> random.nextInt(2));
  }

  private void elementwise() {
    for (var kind : Unary.Kind.values()) {
      if (kind.accepts(DType.F64) && kind != Unary.Kind.IS_FINITE) {
        add("Unary " + kind, new Unary(kind), positive(2, 3));
        if (!List.of(Unary.Kind.LOG, Unary.Kind.LOG1P, Unary.Kind.SQRT, Unary.Kind.RSQRT)
            .contains(kind)) {
          add("Unary " + kind + " of either sign", new Unary(kind), f64(7));
        }
      }
    }
    for (var kind : Binary.Kind.values()) {
      if (kind.accepts(DType.F64)) {
        add("Binary " + kind, new Binary(kind), positive(2, 3), f64(2, 3));
      }
    }
    add("Binary REMAINDER of either sign", new Binary(Binary.Kind.REMAINDER), f64(9), f64(9));
    add(
        "Binary MULTIPLY of one value with itself",
        graphOf(List.of(TensorType.of(DType.F64, 3)), new Binary(Binary.Kind.MULTIPLY), 0, 0),
        f64(3));
    add("Select", new Select(), bools(4, 3), f64(4, 3), f64(4, 3));
    add("Clamp inside and outside", new Clamp(), f64(20), f64(20), f64(20));
    add("Convert", new Convert(DType.F64), f64(3));
    add("OptimizationBarrier", new OptimizationBarrier(), f64(3), f64(2, 2));
  }

  private void add(String name, Graph function, Literal... at) {
    cases.add(new Case(name, function, List.of(at)));
  }

  private static Graph graphOf(List<TensorType> types, Op op, int... places) {
    return graph(
        types,
        (b, x) -> {
          var operands = new ArrayList<Value>();
          for (int place : places) {
            operands.add(x.get(place));
          }
          return b.apply(op, operands, "");
        });
  }

  private void movement() {
    add("Broadcast of new axes", new Broadcast(Shape.of(2, 3, 4), List.of(1)), f64(3));
    add("Broadcast of ones", new Broadcast(Shape.of(2, 3, 4), List.of(0, 2)), f64(1, 4));
    add("Broadcast of a scalar", new Broadcast(Shape.of(5), List.of()), f64());
    add("Broadcast to nothing", new Broadcast(Shape.of(0, 3), List.of(1)), f64(3));
    add("Reshape", new Reshape(Shape.of(3, 4)), f64(2, 6));
    add("Transpose", new Transpose(List.of(2, 0, 1)), f64(2, 3, 4));
    add("Slice with strides", new Slice(List.of(1, 0), List.of(6, 3), List.of(2, 3)), f64(7, 4));
    add("Slice of nothing", new Slice(List.of(2), List.of(2), List.of(3)), f64(4));
    add("Pad", new Pad(List.of(1, 0), List.of(2, 1), List.of(2, 0)), f64(3, 2), f64());
    add("Pad that crops", new Pad(List.of(-1, 2), List.of(1, -2), List.of(1, 1)), f64(3, 3), f64());
    add("Pad of nothing", new Pad(List.of(1), List.of(2), List.of(3)), f64(0), f64());
    add("Concatenate", new Concatenate(1), f64(2, 3), f64(2, 0), f64(2, 2));
    add("Reverse", new Reverse(List.of(0, 2)), f64(2, 3, 2));
    for (int start : new int[] {-3, 1, 9}) {
      var s = Literal.scalar(DType.I32, (long) start);
      var zero = Literal.scalar(DType.I32, 0L);
      add("DynamicSlice at " + start, new DynamicSlice(List.of(3, 2)), f64(5, 2), s, zero);
      add(
          "DynamicUpdateSlice at " + start,
          new DynamicUpdateSlice(),
          f64(5, 2),
          f64(2, 1),
          s,
          zero);
    }
    add("Sort", new Sort(1, 1, false), f64(3, 5));
    add("Sort of three, two of them keys", new Sort(0, 2, true), f64(5, 2), f64(5, 2), f64(5, 2));
  }

  private static Dot dot(List<Integer> lb, List<Integer> rb, List<Integer> lc, List<Integer> rc) {
    return new Dot(lb, rb, lc, rc, DType.F64, Precision.FULL);
  }

  private void contractions() {
    add("Dot of matrices", Dot.matmul(DType.F64), f64(3, 4), f64(4, 2));
    add("Dot transposed", dot(List.of(), List.of(), List.of(0), List.of(1)), f64(4, 3), f64(2, 4));
    add("Dot of vectors", dot(List.of(), List.of(), List.of(0), List.of(0)), f64(4), f64(4));
    add("Dot without contraction", dot(List.of(), List.of(), List.of(), List.of()), f64(2), f64(3));
    add(
        "Dot in general",
        dot(List.of(2, 0), List.of(1, 3), List.of(4, 1), List.of(0, 4)),
        f64(2, 3, 2, 2, 4),
        f64(4, 2, 3, 2, 3));
    add("Dot over nothing", Dot.matmul(DType.F64), f64(3, 0), f64(0, 2));
  }

  private static Convolution convolution(int featureGroups, int batchGroups, Window... windows) {
    return new Convolution(
        List.of(windows),
        Layout.channelsLast(windows.length),
        Layout.kernelLast(windows.length),
        Layout.channelsLast(windows.length),
        featureGroups,
        batchGroups,
        DType.F64,
        Precision.FULL);
  }

  private void convolutions() {
    add(
        "Convolution",
        convolution(1, 1, Window.of(3, 1), Window.of(2, 1)),
        f64(2, 5, 4, 3),
        f64(3, 2, 3, 2));
    add(
        "Convolution with strides and padding",
        convolution(1, 1, Window.of(3, 2, 1, 1), Window.of(2, 3, 0, 2)),
        f64(2, 6, 5, 2),
        f64(3, 2, 2, 3));
    add(
        "Convolution with dilations and negative padding",
        convolution(1, 1, new Window(3, 2, 2, -1, 2, 2), new Window(2, 1, -1, 3, 3, 1)),
        f64(1, 5, 3, 2),
        f64(3, 2, 2, 2));
    add(
        "Convolution with feature groups",
        convolution(3, 1, Window.of(3, 2, 1, 0)),
        f64(2, 6, 6),
        f64(3, 2, 9));
    add(
        "Convolution with batch groups",
        convolution(1, 2, Window.of(2, 1, 1, 1)),
        f64(4, 5, 3),
        f64(2, 3, 6));
    var layouts =
        new Convolution(
            List.of(Window.of(2, 1), new Window(3, 2, 1, 2, 1, 1)),
            new Layout(2, 0, List.of(3, 1)),
            new Layout(1, 3, List.of(0, 2)),
            new Layout(3, 2, List.of(1, 0)),
            2,
            1,
            DType.F64,
            Precision.FULL);
    add("Convolution in odd layouts", layouts, f64(4, 5, 3, 4), f64(2, 6, 3, 2));
    var batchLayouts =
        new Convolution(
            List.of(Window.of(2, 2)),
            new Layout(1, 2, List.of(0)),
            new Layout(2, 0, List.of(1)),
            new Layout(2, 0, List.of(1)),
            1,
            3,
            DType.F64,
            Precision.FULL);
    add("Convolution of batch groups in odd layouts", batchLayouts, f64(5, 6, 2), f64(2, 2, 6));
    add("Convolution without space", convolution(1, 1), f64(2, 3), f64(3, 4));
    add(
        "Convolution that does not fit",
        convolution(1, 1, Window.of(4, 1)),
        f64(1, 3, 2),
        f64(4, 2, 1));
  }

  private void reductions() {
    for (var combiner :
        List.of(Combiner.ADD, Combiner.MULTIPLY, Combiner.MAXIMUM, Combiner.MINIMUM)) {
      add("Reduce " + combiner, new Reduce(combiner, List.of(0, 2)), f64(2, 3, 3));
      add("Reduce " + combiner + " of all", new Reduce(combiner, List.of(0)), f64(7));
      add("Reduce " + combiner + " of no axes", new Reduce(combiner, List.of()), f64(3));
      add("Reduce " + combiner + " of nothing", new Reduce(combiner, List.of(1)), f64(3, 0));
    }
    for (int zeros = 1; zeros <= 2; zeros++) {
      int count = zeros;
      var x = Literal.fill(TensorType.of(DType.F64, 5), i -> i < count ? 0 : i);
      add("Reduce MULTIPLY with zeros: " + zeros, new Reduce(Combiner.MULTIPLY, List.of(0)), x);
    }
  }

  private void windows() {
    var plain = List.of(Window.of(2, 1), Window.of(3, 2));
    var padded = List.of(Window.of(2, 2, 1, 1), Window.of(3, 1, 1, 2));
    var dilated = List.of(new Window(2, 1, 1, 0, 2, 3), new Window(2, 2, 0, 1, 1, 2));
    for (var combiner :
        List.of(Combiner.ADD, Combiner.MULTIPLY, Combiner.MAXIMUM, Combiner.MINIMUM)) {
      add("ReduceWindow " + combiner, new ReduceWindow(combiner, plain), f64(4, 5));
      add("ReduceWindow " + combiner + " padded", new ReduceWindow(combiner, padded), f64(4, 5));
      add("ReduceWindow " + combiner + " dilated", new ReduceWindow(combiner, dilated), f64(4, 5));
    }
    add(
        "ReduceWindow that does not fit",
        new ReduceWindow(Combiner.ADD, List.of(Window.of(5, 1))),
        f64(3));
    for (var kind : ArgReduce.Kind.values()) {
      add("SelectAndScatter " + kind, new SelectAndScatter(kind, plain), f64(4, 5), f64(3, 2));
      add(
          "SelectAndScatter " + kind + " padded",
          new SelectAndScatter(kind, padded),
          f64(4, 5),
          f64(3, 6));
    }
  }

  private void indexed() {
    var rows = Literal.of(Shape.of(2, 2), 3, -2, 9, 3);
    add(
        "Gather of rows, some outside",
        Gather.rows(Shape.of(5, 3), Shape.of(2, 2)),
        f64(5, 3),
        rows);
    var vectors = Literal.of(Shape.of(2, 3), 0L, 5L, 1L, 2L, -1L, 1L);
    add(
        "Gather of windows",
        new Gather(List.of(0, 2), List.of(1), List.of(2, 0), 0, List.of(2, 1, 2)),
        f64(4, 3, 5),
        vectors);
    for (var mode : Scatter.Mode.values()) {
      if (mode == Scatter.Mode.MULTIPLY) {
        continue;
      }
      add(
          "Scatter " + mode + " of rows, some twice, some outside",
          new Scatter(mode, List.of(1), List.of(0), List.of(0), 1),
          f64(5, 3),
          Literal.of(Shape.of(5, 1), 3, 1, 3, -1, 5),
          f64(5, 3));
      add(
          "Scatter " + mode + " of overlapping windows",
          new Scatter(mode, List.of(0, 2), List.of(), List.of(1, 0), 0),
          f64(4, 4),
          Literal.of(Shape.of(2, 3), 0L, 1L, 1L, 2L, 1L, 9L),
          f64(2, 3, 2));
    }
    var held = Literal.of(Shape.of(3, 1), 3, 1, 3);
    var updates = Literal.of(Shape.of(3, 2), 0.5f, 2f, 0f, 3f, 4f, 5f);
    add(
        "Scatter MULTIPLY by constants",
        graph(
            List.of(TensorType.of(DType.F64, 5, 2), held.type(), updates.type()),
            (b, x) -> {
              var wide = b.apply(new Convert(DType.I64), x.get(2));
              var constant = b.apply(new Convert(DType.F64), wide);
              var mode = Scatter.Mode.MULTIPLY;
              var op = new Scatter(mode, List.of(1), List.of(0), List.of(0), 1);
              return List.of(b.apply(op, x.get(0), x.get(1), constant));
            }),
        f64(5, 2),
        held,
        updates);
    add(
        "Compare and ArgReduce hold",
        graph(
            List.of(TensorType.of(DType.F64, 4, 3)),
            (b, x) -> {
              var zero = b.apply(new Broadcast(Shape.of(4, 3), List.of(1)), row(b, x.get(0)));
              var larger = b.apply(new Compare(Compare.Direction.GT), x.get(0), zero);
              var best = b.apply(new ArgReduce(ArgReduce.Kind.MAXIMUM, 0, DType.I32), x.get(0));
              var number = b.apply(new Convert(DType.F64), best);
              var chosen = b.apply(new Select(), larger, x.get(0), zero);
              return List.of(chosen, number);
            }),
        f64(4, 3));
  }

  private static Value row(Graph.Builder b, Value x) {
    var first = b.apply(new Slice(List.of(0, 0), List.of(1, 3), List.of(1, 1)), x);
    return b.apply(new Reshape(Shape.of(3)), first);
  }
}
