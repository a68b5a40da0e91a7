package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.backend.Device;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.Op;
import dev.backplane.op.Pad;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Ops that move elements give the very bits the reference gives, on random shapes and dtypes. */
class MovementTest {
  private static final int SAMPLES = 150;
  private static Device device;

  @BeforeAll
  static void open() {
    device = OnCpu.open();
  }

  @AfterAll
  static void close() {
    device.close();
  }

  /** Makes an op and the types of its operands. */
  private interface Maker {
    Sample make(Random random);
  }

  private record Sample(Op op, List<TensorType> operands) {
    private Sample(Op op, TensorType... operands) {
      this(op, List.of(operands));
    }
  }

  @TestFactory
  List<DynamicTest> bitsAreThoseOfTheReference() {
    return List.of(
        test("Transpose", MovementTest::transpose),
        test("Slice", MovementTest::slice),
        test("Reverse", MovementTest::reverse),
        test("Broadcast", MovementTest::broadcast),
        test("Concatenate", MovementTest::concatenate),
        test("Pad", MovementTest::pad),
        test("DynamicSlice", MovementTest::dynamicSlice),
        test("DynamicUpdateSlice", MovementTest::dynamicUpdateSlice),
        test("Gather", MovementTest::gather),
        test("ArgReduce", MovementTest::argReduce),
        test("RandomBits", MovementTest::randomBits));
  }

  private static DynamicTest test(String name, Maker maker) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          for (int seed = 0; seed < SAMPLES; seed++) {
            var random = new Random(seed);
            var sample = maker.make(random);
            var builder = new Graph.Builder();
            var inputs = new ArrayList<Value>();
            var arguments = new ArrayList<Literal>();
            for (var type : sample.operands()) {
              inputs.add(builder.input(type));
              arguments.add(values(random, type));
            }
            var graph = builder.build(builder.apply(sample.op(), inputs, ""));
            assertEquals(
                Interpreter.run(graph, arguments),
                OnCpu.run(device, graph, arguments),
                "seed " + seed + "\n" + graph);
          }
        });
  }

  private static Literal values(Random random, TensorType type) {
    return Literal.fill(
        type,
        i ->
            switch (random.nextInt(8)) {
              case 0 -> type.dtype().isFloating() ? Double.NaN : -3;
              case 1 -> type.dtype().isFloating() ? Double.NEGATIVE_INFINITY : 1;
              default -> random.nextInt(9) - 2;
            });
  }

  private static DType dtype(Random random) {
    return DType.values()[random.nextInt(DType.values().length)];
  }

  private static TensorType type(Random random) {
    return new TensorType(dtype(random), shape(random, random.nextInt(5)));
  }

  private static Shape shape(Random random, int rank) {
    return new Shape(IntStream.range(0, rank).mapToObj(i -> extent(random)).toList());
  }

  private static int extent(Random random) {
    return random.nextInt(15) == 0 ? 0 : 1 + random.nextInt(random.nextInt(3) == 0 ? 20 : 4);
  }

  private static Sample transpose(Random random) {
    var x = type(random);
    var axes = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
    Collections.shuffle(axes, random);
    return new Sample(new Transpose(axes), x);
  }

  private static Sample slice(Random random) {
    var x = type(random);
    var starts = new ArrayList<Integer>();
    var limits = new ArrayList<Integer>();
    var strides = new ArrayList<Integer>();
    for (int dimension : x.shape().dimensions()) {
      int start = random.nextInt(dimension + 1);
      starts.add(start);
      limits.add(start + random.nextInt(dimension - start + 1));
      strides.add(1 + random.nextInt(3));
    }
    return new Sample(new Slice(starts, limits, strides), x);
  }

  private static Sample reverse(Random random) {
    var x = type(random);
    return new Sample(
        new Reverse(
            IntStream.range(0, x.shape().rank())
                .filter(i -> random.nextBoolean())
                .boxed()
                .toList()),
        x);
  }

  private static Sample broadcast(Random random) {
    var to = shape(random, random.nextInt(5));
    var axes = IntStream.range(0, to.rank()).filter(i -> random.nextBoolean()).boxed().toList();
    var from = axes.stream().map(axis -> random.nextInt(3) == 0 ? 1 : to.dimension(axis)).toList();
    return new Sample(new Broadcast(to, axes), new TensorType(dtype(random), new Shape(from)));
  }

  private static Sample concatenate(Random random) {
    var shape = shape(random, 1 + random.nextInt(3));
    int axis = random.nextInt(shape.rank());
    var dtype = dtype(random);
    return new Sample(
        new Concatenate(axis),
        IntStream.rangeClosed(0, random.nextInt(4))
            .mapToObj(i -> new TensorType(dtype, shape.with(axis, extent(random))))
            .toList());
  }

  private static Sample pad(Random random) {
    var x = type(random);
    var low = new ArrayList<Integer>();
    var high = new ArrayList<Integer>();
    var interior = new ArrayList<Integer>();
    for (int dimension : x.shape().dimensions()) {
      int inside = random.nextInt(3);
      int extent = dimension + Math.max(0, dimension - 1) * inside;
      int first = random.nextInt(extent + 4) - extent;
      low.add(first);
      high.add(Math.max(-extent - first, random.nextInt(7) - 3));
      interior.add(inside);
    }
    return new Sample(new Pad(low, high, interior), x, TensorType.of(x.dtype()));
  }

  private static Sample dynamicSlice(Random random) {
    var x = type(random);
    var operands = new ArrayList<>(List.of(x));
    var sizes = new ArrayList<Integer>();
    var index = List.of(DType.I32, DType.I64, DType.U32, DType.I8).get(random.nextInt(4));
    for (int dimension : x.shape().dimensions()) {
      sizes.add(random.nextInt(dimension + 1));
      operands.add(TensorType.of(index));
    }
    return new Sample(new DynamicSlice(sizes), operands);
  }

  private static Sample dynamicUpdateSlice(Random random) {
    var slice = dynamicSlice(random);
    var x = slice.operands().getFirst();
    var operands = new ArrayList<>(slice.operands());
    operands.add(1, x.withShape(new Shape(((DynamicSlice) slice.op()).sizes())));
    return new Sample(new DynamicUpdateSlice(), operands);
  }

  private static Sample gather(Random random) {
    var x = new TensorType(dtype(random), shape(random, 1 + random.nextInt(3)));
    var order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
    Collections.shuffle(order, random);
    var starts = order.subList(0, 1 + random.nextInt(order.size()));
    var sizes = new ArrayList<Integer>();
    var collapsed = new ArrayList<Integer>();
    for (int axis = 0; axis < x.shape().rank(); axis++) {
      int size = random.nextInt(x.shape().dimension(axis) + 1);
      if (size <= 1 && random.nextBoolean()) {
        collapsed.add(axis);
      }
      sizes.add(size);
    }
    int batch = random.nextInt(3);
    var indices = new ArrayList<>(shape(random, batch).dimensions());
    int indexAxis = random.nextInt(batch + 1);
    if (starts.size() == 1 && random.nextBoolean()) {
      indexAxis = batch;
    } else {
      indices.add(indexAxis, starts.size());
    }
    int kept = x.shape().rank() - collapsed.size();
    var places = new ArrayList<>(IntStream.range(0, kept + batch).boxed().toList());
    Collections.shuffle(places, random);
    var offsets = places.subList(0, kept).stream().sorted().toList();
    return new Sample(
        new Gather(offsets, collapsed, starts, indexAxis, sizes),
        x,
        new TensorType(random.nextBoolean() ? DType.I32 : DType.I64, new Shape(indices)));
  }

  private static Sample argReduce(Random random) {
    var shape = shape(random, 1 + random.nextInt(3));
    int axis = random.nextInt(shape.rank());
    if (shape.dimension(axis) == 0) {
      shape = shape.with(axis, 1);
    }
    var kind = ArgReduce.Kind.values()[random.nextInt(2)];
    return new Sample(
        new ArgReduce(kind, axis, random.nextBoolean() ? DType.I32 : DType.I64),
        new TensorType(dtype(random), shape));
  }

  private static Sample randomBits(Random random) {
    var scalar = TensorType.of(DType.U32);
    return new Sample(
        new RandomBits(shape(random, random.nextInt(3)), random.nextInt()),
        TensorType.of(DType.U32, 2),
        scalar,
        scalar,
        scalar);
  }
}
