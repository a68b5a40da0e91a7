package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Iota;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Graphs of the kind that training gives rise to. */
final class Graphs {
  private final Graph.Builder builder = new Graph.Builder();

  private Value binary(Binary.Kind kind, Value x, Value y) {
    return builder.apply(new Binary(kind), x, y);
  }

  private Value unary(Unary.Kind kind, Value x) {
    return builder.apply(new Unary(kind), x);
  }

  private Value spread(Value x, Shape shape, Integer... axes) {
    return builder.apply(new Broadcast(shape, List.of(axes)), x);
  }

  private Value filled(double number, Shape shape) {
    return spread(builder.apply(new Constant(Literal.scalar(DType.F32, number))), shape);
  }

  private Value reduce(Combiner combiner, Value x, Integer... axes) {
    return builder.apply(new Reduce(combiner, List.of(axes)), x);
  }

  static Graph softmax(int rows, int columns) {
    var g = new Graphs();
    var shape = Shape.of(rows, columns);
    var logits = g.builder.input(TensorType.f32(rows, columns));
    var max = g.reduce(Combiner.MAXIMUM, logits, 1);
    var e =
        g.unary(Unary.Kind.EXP, g.binary(Binary.Kind.SUBTRACT, logits, g.spread(max, shape, 0)));
    var sum = g.spread(g.reduce(Combiner.ADD, e, 1), shape, 0);
    return g.builder.build(List.of(g.binary(Binary.Kind.DIVIDE, e, sum)));
  }

  /** 2x in the first pass over a row, x minus the row's maximum in the second. */
  static Graph centered(int rows, int columns) {
    var g = new Graphs();
    var shape = Shape.of(rows, columns);
    var x = g.builder.input(TensorType.f32(rows, columns));
    var twice = g.binary(Binary.Kind.ADD, x, x);
    var max = g.spread(g.reduce(Combiner.MAXIMUM, x, 1), shape, 0);
    return g.builder.build(List.of(twice, g.binary(Binary.Kind.SUBTRACT, x, max)));
  }

  /** Loss, gradient of the logits and of the bias; inputs logits, labels and weights. */
  static Graph softmaxCrossEntropy(int rows, int columns) {
    var g = new Graphs();
    var b = g.builder;
    var shape = Shape.of(rows, columns);
    var logits = b.input(TensorType.f32(rows, columns));
    var labels = b.input(TensorType.of(DType.I32, rows));
    var weights = b.input(TensorType.f32(rows));
    var max = g.reduce(Combiner.MAXIMUM, logits, 1);
    var z = g.binary(Binary.Kind.SUBTRACT, logits, g.spread(max, shape, 0));
    var e = g.unary(Unary.Kind.EXP, z);
    var sum = g.reduce(Combiner.ADD, e, 1);
    var index = b.apply(new Iota(TensorType.of(DType.I32, rows, columns), 1));
    var hot =
        b.apply(
            new Convert(DType.F32),
            b.apply(new Compare(Compare.Direction.EQ), g.spread(labels, shape, 0), index));
    var chosen = g.reduce(Combiner.ADD, g.binary(Binary.Kind.MULTIPLY, z, hot), 1);
    var each = g.binary(Binary.Kind.SUBTRACT, g.unary(Unary.Kind.LOG, sum), chosen);
    var square = g.binary(Binary.Kind.MULTIPLY, weights, weights);
    var total = g.reduce(Combiner.ADD, square, 0);
    var weighted = g.reduce(Combiner.ADD, g.binary(Binary.Kind.MULTIPLY, each, square), 0);
    var loss = g.binary(Binary.Kind.DIVIDE, weighted, total);
    var scale = g.binary(Binary.Kind.DIVIDE, square, g.spread(total, Shape.of(rows)));
    var p = g.binary(Binary.Kind.DIVIDE, e, g.spread(sum, shape, 0));
    var gradient =
        g.binary(
            Binary.Kind.MULTIPLY,
            g.binary(Binary.Kind.SUBTRACT, p, hot),
            g.spread(scale, shape, 0));
    return b.build(List.of(loss, gradient, g.reduce(Combiner.ADD, gradient, 0)));
  }

  /** Inputs parameter, gradient, two moments (the second squared, to be positive) and rate. */
  static Graph adam(int size) {
    var g = new Graphs();
    var b = g.builder;
    var shape = Shape.of(size);
    var p = b.input(TensorType.f32(size));
    var gradient = b.input(TensorType.f32(size));
    var m = b.input(TensorType.f32(size));
    var root = b.input(TensorType.f32(size));
    var rate = b.input(TensorType.f32());
    var v = g.binary(Binary.Kind.MULTIPLY, root, root);
    var mean =
        g.binary(
            Binary.Kind.ADD,
            g.binary(Binary.Kind.MULTIPLY, m, g.filled(0.9, shape)),
            g.binary(Binary.Kind.MULTIPLY, gradient, g.filled(0.1, shape)));
    var square = g.binary(Binary.Kind.MULTIPLY, gradient, gradient);
    var variance =
        g.binary(
            Binary.Kind.ADD,
            g.binary(Binary.Kind.MULTIPLY, v, g.filled(0.999, shape)),
            g.binary(Binary.Kind.MULTIPLY, square, g.filled(0.001, shape)));
    var step =
        g.binary(
            Binary.Kind.DIVIDE,
            g.binary(Binary.Kind.MULTIPLY, mean, g.spread(rate, shape)),
            g.binary(Binary.Kind.ADD, g.unary(Unary.Kind.SQRT, variance), g.filled(1e-7, shape)));
    return b.build(List.of(g.binary(Binary.Kind.SUBTRACT, p, step), mean, variance));
  }

  static Graph reluBackward(int rows, int columns) {
    var g = new Graphs();
    var shape = Shape.of(rows, columns);
    var out = g.builder.input(TensorType.f32(rows, columns));
    var gradient = g.builder.input(TensorType.f32(rows, columns));
    var zero = g.filled(0, shape);
    var positive = g.builder.apply(new Compare(Compare.Direction.GT), out, zero);
    var masked = g.builder.apply(new Select(), positive, gradient, zero);
    return g.builder.build(List.of(masked, g.reduce(Combiner.ADD, masked, 0)));
  }

  /** Inputs x, scale and bias: relu of the normalized x, and mean and variance of each column. */
  static Graph normalized(int rows, int columns) {
    var g = new Graphs();
    var shape = Shape.of(rows, columns);
    var column = Shape.of(columns);
    var x = g.builder.input(TensorType.f32(rows, columns));
    var scale = g.builder.input(TensorType.f32(columns));
    var bias = g.builder.input(TensorType.f32(columns));
    var mean = g.mean(x, rows, column);
    var centered = g.binary(Binary.Kind.SUBTRACT, x, g.spread(mean, shape, 1));
    var variance = g.mean(g.binary(Binary.Kind.MULTIPLY, centered, centered), rows, column);
    var root =
        g.unary(Unary.Kind.RSQRT, g.binary(Binary.Kind.ADD, variance, g.filled(1e-5, column)));
    var factor = g.spread(g.binary(Binary.Kind.MULTIPLY, root, scale), shape, 1);
    var y =
        g.binary(
            Binary.Kind.ADD,
            g.binary(Binary.Kind.MULTIPLY, centered, factor),
            g.spread(bias, shape, 1));
    var relu = g.binary(Binary.Kind.MAXIMUM, y, g.filled(0, shape));
    return g.builder.build(List.of(relu, mean, variance));
  }

  private Value mean(Value x, int rows, Shape column) {
    return binary(Binary.Kind.DIVIDE, reduce(Combiner.ADD, x, 0), filled(rows, column));
  }

  /** Sums over rows that values of all rows depend on, again and again. */
  static Graph swept(Random random) {
    var g = new Graphs();
    int columns = 2 + random.nextInt(20);
    var full = Shape.of(2 + random.nextInt(5), columns);
    var pool = new ArrayList<Value>();
    pool.add(g.builder.input(new TensorType(DType.F32, full)));
    pool.add(g.builder.input(TensorType.f32(columns)));
    int count = 6 + random.nextInt(14);
    for (int i = 0; i < count; i++) {
      var x = pool.get(pool.size() - 1 - random.nextInt(Math.min(3, pool.size())));
      boolean column = x.type().shape().rank() == 1;
      var same = pool.stream().filter(value -> value.type().equals(x.type())).toList();
      pool.add(
          switch (random.nextInt(4)) {
            case 0, 1 -> column ? g.spread(x, full, 1) : g.reduce(Combiner.MAXIMUM, x, 0);
            case 2 -> g.unary(random.nextBoolean() ? Unary.Kind.ABS : Unary.Kind.TANH, x);
            default -> g.binary(Binary.Kind.SUBTRACT, x, same.get(random.nextInt(same.size())));
          });
    }
    var outputs = new ArrayList<Value>();
    for (var value : pool.subList(2, pool.size())) {
      if (random.nextInt(3) == 0) {
        outputs.add(value);
      }
    }
    outputs.add(pool.getLast());
    return g.builder.build(outputs.stream().distinct().toList());
  }

  /** More work than one method of vectors takes, with sums along and across. */
  static Graph longChain(int rows, int columns, DType dtype) {
    var g = new Graphs();
    var x = g.builder.input(TensorType.of(dtype, rows, columns));
    var y = x;
    for (int i = 0; i < 3; i++) {
      y = g.binary(Binary.Kind.ADD, g.unary(Unary.Kind.TANH, y), g.unary(Unary.Kind.LOGISTIC, x));
      y = g.binary(Binary.Kind.MULTIPLY, y, g.unary(Unary.Kind.ERF, y));
    }
    return g.builder.build(
        List.of(y, g.reduce(Combiner.MAXIMUM, y, 1), g.reduce(Combiner.MAXIMUM, y, 0)));
  }

  /**
   * As the parameters that belong to one width: each read twice, changed, and told of by a flag.
   */
  static Graph manyOutputs(int rows, int columns) {
    var g = new Graphs();
    var inputs = new ArrayList<Value>();
    for (int i = 0; i < 40; i++) {
      inputs.add(g.builder.input(TensorType.f32(rows, columns)));
    }
    var outputs = new ArrayList<Value>();
    for (int i = 0; i < 40; i++) {
      outputs.add(g.binary(Binary.Kind.MULTIPLY, inputs.get(i), inputs.get((i + 1) % 40)));
    }
    for (int i = 0; i < 10; i++) {
      outputs.add(
          g.builder.apply(new Compare(Compare.Direction.GT), inputs.get(i), inputs.get(39)));
    }
    return g.builder.build(outputs);
  }

  /** Some nodes over one or two spaces, with single nodes in between that do not fuse. */
  static Graph random(Random random) {
    var g = new Graphs();
    int rows = 1 + random.nextInt(6);
    int columns = random.nextInt(4) == 0 ? rows : 1 + random.nextInt(40);
    var full = Shape.of(rows, columns);
    var pool = new ArrayList<Value>();
    pool.add(g.builder.input(new TensorType(DType.F32, full)));
    pool.add(g.builder.input(new TensorType(DType.F32, full)));
    pool.add(g.builder.input(TensorType.f32(rows)));
    pool.add(g.builder.input(TensorType.f32(columns)));
    pool.add(g.builder.input(TensorType.f32()));
    int count = 4 + random.nextInt(24);
    for (int i = 0; i < count; i++) {
      var x = pool.get(random.nextInt(pool.size()));
      pool.add(g.grow(x, pool, full, random));
    }
    var outputs = new ArrayList<Value>();
    for (var value : pool.subList(5, pool.size())) {
      if (random.nextInt(3) == 0) {
        outputs.add(value);
      }
    }
    outputs.add(pool.getLast());
    return g.builder.build(outputs.stream().distinct().toList());
  }

  private Value grow(Value x, List<Value> pool, Shape full, Random random) {
    var shape = x.type().shape();
    switch (random.nextInt(9)) {
      case 0 -> {
        return unary(Unary.Kind.TANH, x);
      }
      case 1 -> {
        return unary(Unary.Kind.LOGISTIC, x);
      }
      case 2 -> {
        var combiner = random.nextBoolean() ? Combiner.ADD : Combiner.MAXIMUM;
        if (shape.rank() == 2) {
          return reduce(combiner, x, random.nextInt(2));
        }
        return shape.rank() == 1 ? reduce(combiner, x, 0) : x;
      }
      case 3 -> {
        if (shape.rank() == 1) {
          boolean rows = shape.last() == full.dimension(0);
          boolean columns = shape.last() == full.dimension(1);
          boolean leading = rows && (!columns || random.nextBoolean());
          return spread(x, full, leading ? 0 : 1);
        }
        return shape.rank() == 0 ? spread(x, full) : unary(Unary.Kind.ABS, x);
      }
      case 4 -> {
        if (shape.rank() == 2) {
          return builder.apply(new Reverse(List.of(random.nextInt(2))), x);
        }
        return unary(Unary.Kind.NEGATE, x);
      }
      case 5 -> {
        var flat = builder.apply(new Reshape(Shape.of((int) shape.size())), x);
        return builder.apply(new Reshape(shape), unary(Unary.Kind.ABS, flat));
      }
      default -> {
        var same = pool.stream().filter(value -> value.type().equals(x.type())).toList();
        var kinds = List.of(Binary.Kind.ADD, Binary.Kind.SUBTRACT, Binary.Kind.MAXIMUM);
        return binary(
            kinds.get(random.nextInt(kinds.size())), x, same.get(random.nextInt(same.size())));
      }
    }
  }
}
