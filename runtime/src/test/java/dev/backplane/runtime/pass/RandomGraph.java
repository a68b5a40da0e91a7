package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.If;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Select;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Random programs, with a liking for what passes look for: zeros, ones, moves and moves back. */
final class RandomGraph {
  private static final double[] SPECIAL = {
    0, -0.0, 1, -1, 2, 0.25, -8, Double.NaN, Double.POSITIVE_INFINITY, 3
  };

  private final Random random;
  private final int depth;
  private final Graph.Builder builder = new Graph.Builder();
  private final List<Value> values = new ArrayList<>();

  private RandomGraph(Random random, int depth) {
    this.random = random;
    this.depth = depth;
  }

  static Graph of(Random random, List<TensorType> inputs, int nodes) {
    return new RandomGraph(random, 0).make(inputs, nodes, List.of());
  }

  static TensorType type(Random random) {
    var dtypes =
        List.of(DType.F32, DType.F32, DType.F64, DType.BF16, DType.I32, DType.U8, DType.BOOL);
    var dimensions = new int[random.nextInt(4)];
    for (int i = 0; i < dimensions.length; i++) {
      dimensions[i] = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3);
    }
    return TensorType.of(dtypes.get(random.nextInt(dtypes.size())), dimensions);
  }

  static Literal literal(Random random, TensorType type) {
    return Literal.fill(
        type,
        _ ->
            random.nextBoolean()
                ? SPECIAL[random.nextInt(SPECIAL.length)]
                : random.nextGaussian() * 4);
  }

  /** A graph that gives the required types first, if there are any, else a few random values. */
  private Graph make(List<TensorType> inputs, int nodes, List<TensorType> required) {
    inputs.forEach(type -> values.add(builder.input(type)));
    for (int i = 0; i < nodes; i++) {
      step();
    }
    var outputs = new ArrayList<Value>();
    required.forEach(type -> outputs.add(ofType(type)));
    for (int i = 0; i < 3; i++) {
      outputs.add(any());
    }
    return builder.build(
        required.isEmpty() || depth == 1 ? outputs : outputs.subList(0, required.size()));
  }

  private Value any() {
    // Later values more often, so that programs grow deep.
    int behind = (int) (values.size() * random.nextDouble() * random.nextDouble());
    return values.get(values.size() - 1 - behind);
  }

  private Value ofType(TensorType type) {
    var fitting = values.stream().filter(v -> v.type().equals(type)).toList();
    return fitting.isEmpty() || random.nextInt(3) == 0
        ? fill(type)
        : fitting.get(random.nextInt(fitting.size()));
  }

  private Value fill(TensorType type) {
    var scalar = literal(random, TensorType.of(type.dtype()));
    if (random.nextInt(3) == 0) {
      return builder.apply(new Constant(literal(random, type)));
    }
    var constant = builder.apply(new Constant(scalar));
    return builder.apply(new Broadcast(type.shape(), List.of()), constant);
  }

  private void step() {
    var x = any();
    switch (random.nextInt(20)) {
      case 0, 1 -> unary(x);
      case 2, 3, 4 -> binary(x);
      case 5 ->
          put(builder.apply(new Compare(pick(Compare.Direction.values())), x, ofType(x.type())));
      case 6 -> {
        var condition = ofType(x.type().withDType(DType.BOOL));
        put(builder.apply(new Select(), condition, x, ofType(x.type())));
      }
      case 7 -> put(builder.apply(new Convert(pick(DType.values())), x));
      case 8 -> broadcast(x);
      case 9 -> reshape(x);
      case 10, 11 -> transpose(x);
      case 12 -> slice(x);
      case 13 -> pad(x);
      case 14 -> join(x);
      case 15 -> dynamic(x);
      case 16 -> dot(x);
      case 17 -> reduce(x);
      case 18 -> put(builder.apply(new OptimizationBarrier(), x));
      default -> nested(x);
    }
  }

  private void put(Value value) {
    values.add(value);
  }

  private <T> T pick(T[] of) {
    return of[random.nextInt(of.length)];
  }

  private void unary(Value x) {
    var kind = pick(Unary.Kind.values());
    if (kind.accepts(x.type().dtype())) {
      put(builder.apply(new Unary(kind), x));
    }
  }

  private void binary(Value x) {
    var kind = pick(Binary.Kind.values());
    if (kind.accepts(x.type().dtype())) {
      var y = random.nextInt(6) == 0 ? x : ofType(x.type());
      put(
          random.nextBoolean()
              ? builder.apply(new Binary(kind), x, y)
              : builder.apply(new Binary(kind), y, x));
    }
  }

  private void broadcast(Value x) {
    var dimensions = new ArrayList<Integer>();
    var axes = new ArrayList<Integer>();
    for (int dimension : x.type().shape().dimensions()) {
      if (random.nextInt(3) == 0 && dimensions.size() < 4) {
        dimensions.add(1 + random.nextInt(2));
      }
      axes.add(dimensions.size());
      dimensions.add(dimension == 1 ? 1 + random.nextInt(3) : dimension);
    }
    if (random.nextBoolean() && dimensions.size() < 4) {
      dimensions.add(random.nextInt(3));
    }
    put(builder.apply(new Broadcast(new Shape(dimensions), axes), x));
  }

  private void reshape(Value x) {
    var dimensions = new ArrayList<>(x.type().shape().dimensions());
    if (random.nextBoolean() || dimensions.isEmpty()) {
      dimensions.add(random.nextInt(dimensions.size() + 1), 1);
    } else {
      int size = Math.toIntExact(x.type().shape().size());
      dimensions.clear();
      dimensions.add(size);
    }
    if (dimensions.size() < 5) {
      put(builder.apply(new Reshape(new Shape(dimensions)), x));
    }
  }

  private void transpose(Value x) {
    var permutation = new ArrayList<>(IntStream.range(0, x.type().shape().rank()).boxed().toList());
    Collections.shuffle(permutation, random);
    var moved = builder.apply(new Transpose(permutation), x);
    put(moved);
    if (random.nextBoolean()) {
      put(builder.apply(new Reverse(permutation.stream().limit(1).toList()), moved));
    }
  }

  private void slice(Value x) {
    var starts = new ArrayList<Integer>();
    var limits = new ArrayList<Integer>();
    var strides = new ArrayList<Integer>();
    for (int dimension : x.type().shape().dimensions()) {
      int start = random.nextInt(4) == 0 && dimension > 0 ? random.nextInt(dimension) : 0;
      starts.add(start);
      limits.add(
          random.nextInt(4) == 0 ? start + random.nextInt(dimension - start + 1) : dimension);
      strides.add(1 + random.nextInt(5) / 4);
    }
    put(builder.apply(new Slice(starts, limits, strides), x));
  }

  private void pad(Value x) {
    var low = new ArrayList<Integer>();
    var high = new ArrayList<Integer>();
    var interior = new ArrayList<Integer>();
    for (int i = 0; i < x.type().shape().rank(); i++) {
      low.add(random.nextInt(2));
      high.add(random.nextInt(2));
      interior.add(random.nextInt(5) / 4);
    }
    var value = ofType(x.type().withShape(Shape.scalar()));
    if (x.type().shape().size() < 100) {
      put(builder.apply(new Pad(low, high, interior), x, value));
    }
  }

  private void join(Value x) {
    int rank = x.type().shape().rank();
    if (rank > 0 && x.type().shape().size() < 100) {
      int axis = random.nextInt(rank);
      var empty = fill(x.type().withShape(x.type().shape().with(axis, 0)));
      put(builder.apply(new Concatenate(axis), x, empty, ofType(x.type())));
    }
  }

  private void dynamic(Value x) {
    var operands = new ArrayList<>(List.of(x));
    var sizes = new ArrayList<Integer>();
    for (int dimension : x.type().shape().dimensions()) {
      sizes.add(random.nextBoolean() ? dimension : random.nextInt(dimension + 1));
      operands.add(ofType(TensorType.of(DType.I32)));
    }
    var slice = builder.apply(new DynamicSlice(sizes), operands, "").getFirst();
    put(slice);
    operands.add(1, slice);
    put(builder.apply(new DynamicUpdateSlice(), operands, "").getFirst());
  }

  private void dot(Value x) {
    int rank = x.type().shape().rank();
    if (x.type().dtype().isNumeric() && rank > 0) {
      int axis = random.nextInt(rank);
      var y = ofType(x.type().withShape(Shape.of(2, x.type().shape().dimension(axis))));
      var turned = builder.apply(new Transpose(List.of(1, 0)), y);
      put(
          builder.apply(
              new Dot(
                  List.of(),
                  List.of(),
                  List.of(axis),
                  List.of(0),
                  x.type().dtype(),
                  Precision.FULL),
              x,
              turned));
    }
  }

  private void reduce(Value x) {
    var axes =
        IntStream.range(0, x.type().shape().rank())
            .boxed()
            .filter(_ -> random.nextBoolean())
            .toList();
    var combiner = pick(Combiner.values());
    if (combiner.accepts(x.type().dtype())) {
      put(builder.apply(new Reduce(combiner, axes), x));
    }
  }

  private void nested(Value x) {
    if (depth == 2) {
      return;
    }
    var y = any();
    var types = List.of(x.type(), y.type());
    switch (random.nextInt(3)) {
      case 0 -> {
        var body = new RandomGraph(random, 2).make(types, 6, List.of());
        var op = new Composite("test.random", 1, Attributes.none(), body, Optional.empty());
        values.addAll(builder.apply(op, List.of(x, y), ""));
      }
      case 1 -> {
        var then = new RandomGraph(random, 2).make(types, 6, types);
        var otherwise = new RandomGraph(random, 2).make(types, 6, types);
        var condition = ofType(TensorType.of(DType.BOOL));
        values.addAll(builder.apply(new If(then, otherwise), List.of(condition, x, y), ""));
      }
      default -> {
        // Two carries, the first of which the second may need; stacked results; an invariant.
        int length = random.nextInt(4);
        var inputs = List.of(x.type(), y.type(), x.type());
        var body = new RandomGraph(random, 1).make(inputs, 8, types);
        var scan = new Scan(body, length, 2, 0, random.nextBoolean());
        for (var result : builder.apply(scan, List.of(x, y, x), "")) {
          if (result.type().shape().rank() < 5 && result.type().shape().size() < 200) {
            values.add(result);
          }
        }
      }
    }
  }
}
