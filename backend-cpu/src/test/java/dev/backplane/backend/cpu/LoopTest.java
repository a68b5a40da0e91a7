package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.Scan;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loops and branches, against the reference: random bodies whose results are exact. */
class LoopTest {
  private static final int PROGRAMS = 250;
  private static final int[][] ORDERS = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
  private static final TensorType COUNT = TensorType.of(DType.I32);

  /** Three parts, in every order: what should have waited gives a wrong result each time. */
  @Test
  void randomLoopsGiveTheBitsOfTheReferenceWhateverRunsFirst() {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      var random = new Random(seed);
      var graph = around(random, 2);
      var donated = DonationTest.donations(random, graph);
      donated
          .entrySet()
          .removeIf(
              each ->
                  !graph
                      .inputTypes()
                      .get(each.getKey())
                      .equals(graph.outputTypes().get(each.getValue())));
      var donations = new Donations(donated);
      var program = new Program(graph, donations, Numerics.exact(), Tuning.none());
      var arguments = arguments(random, graph);
      var expected = Interpreter.run(graph, arguments);
      var order = ORDERS[seed % ORDERS.length];
      assertEquals(
          expected, RoundsTest.run(program, arguments, order), "seed " + seed + "\n" + graph);
    }
  }

  @Test
  void threadsAgreeToo() {
    try (var device = OnCpu.divided(3)) {
      for (int seed = 0; seed < PROGRAMS / 5; seed++) {
        var random = new Random(seed);
        var graph = around(random, 2);
        var arguments = arguments(random, graph);
        assertEquals(
            Interpreter.run(graph, arguments),
            OnCpu.run(device, graph, arguments),
            "seed " + seed + "\n" + graph);
      }
    }
  }

  private static List<Literal> arguments(Random random, Graph graph) {
    var arguments = new ArrayList<Literal>();
    for (var type : graph.inputTypes()) {
      int range = type.dtype() == DType.BOOL ? 2 : 2000;
      arguments.add(Literal.fill(type, i -> random.nextInt(range)));
    }
    return arguments;
  }

  /** A program with a loop or branch in it, whose operands and results others use too. */
  private static Graph around(Random random, int depth) {
    var builder = new Graph.Builder();
    var pool = new ArrayList<Value>();
    IntStream.range(0, 2).forEach(_ -> pool.add(builder.input(DonationTest.TYPE)));
    var flow = flow(builder, random, pool, depth);
    pool.addAll(flow.stream().filter(v -> v.type().equals(DonationTest.TYPE)).toList());
    pool.add(builder.apply(new Binary(Binary.Kind.SUBTRACT), pool.getLast(), pool.getFirst()));
    var outputs = new ArrayList<>(flow);
    outputs.add(pool.getLast());
    outputs.add(pool.get(random.nextInt(pool.size())));
    return builder.build(outputs);
  }

  private static List<Value> flow(
      Graph.Builder builder, Random random, List<Value> pool, int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> branch(builder, random, pool, depth);
      case 1 -> whileLoop(builder, random, pool, depth);
      default -> scan(builder, random, pool, depth);
    };
  }

  private static Value pick(Random random, List<Value> pool) {
    return pool.get(random.nextInt(pool.size()));
  }

  private static List<Value> scan(
      Graph.Builder builder, Random random, List<Value> pool, int depth) {
    int length = random.nextInt(6);
    int carries = random.nextInt(3);
    int scanned = random.nextInt(3);
    int invariants = random.nextInt(3);
    int outputs = carries + random.nextInt(3);
    var body = body(random, carries + scanned + invariants, outputs, depth);
    var operands = new ArrayList<Value>();
    for (int i = 0; i < carries + scanned + invariants; i++) {
      boolean slices = i >= carries && i < carries + scanned;
      operands.add(
          slices
              ? builder.input(
                  DonationTest.TYPE.withShape(DonationTest.TYPE.shape().prepend(length)))
              : pick(random, pool));
    }
    return builder.apply(
        new Scan(body, length, carries, scanned, random.nextBoolean()), operands, "");
  }

  private static List<Value> branch(
      Graph.Builder builder, Random random, List<Value> pool, int depth) {
    int captures = random.nextInt(3);
    int outputs = 1 + random.nextInt(2);
    var operands = new ArrayList<Value>();
    operands.add(truth(builder, pick(random, pool)));
    IntStream.range(0, captures).forEach(_ -> operands.add(pick(random, pool)));
    return builder.apply(
        new If(body(random, captures, outputs, depth), body(random, captures, outputs, depth)),
        operands,
        "");
  }

  /** Whether the sum of a value is below zero. */
  private static Value truth(Graph.Builder builder, Value value) {
    var sum = builder.apply(new Reduce(Combiner.ADD, List.of(0, 1)), value);
    var zero = builder.apply(new Constant(Literal.scalar(DType.I32, 0L)));
    return builder.apply(new Compare(Compare.Direction.LT), sum, zero);
  }

  /** Runs a random number of times: its first carry counts. */
  private static List<Value> whileLoop(
      Graph.Builder builder, Random random, List<Value> pool, int depth) {
    int carries = 1 + random.nextInt(3);
    int invariants = random.nextInt(2);
    var condition = new Graph.Builder();
    var counter = condition.input(COUNT);
    IntStream.range(0, carries + invariants - 1).forEach(_ -> condition.input(DonationTest.TYPE));
    var limit = condition.apply(new Constant(Literal.scalar(DType.I32, (long) random.nextInt(5))));
    var below = condition.apply(new Compare(Compare.Direction.LT), counter, limit);
    var step = new Graph.Builder();
    var count = step.input(COUNT);
    var inputs = new ArrayList<Value>();
    IntStream.range(0, carries + invariants - 1)
        .forEach(_ -> inputs.add(step.input(DonationTest.TYPE)));
    var one = step.apply(new Constant(Literal.scalar(DType.I32, 1L)));
    var results = new ArrayList<Value>();
    results.add(step.apply(new Binary(Binary.Kind.ADD), count, one));
    results.addAll(step.inline(body(random, inputs.size(), carries - 1, depth), inputs, ""));
    var operands = new ArrayList<Value>();
    operands.add(builder.apply(new Constant(Literal.scalar(DType.I32, 0L))));
    IntStream.range(0, carries + invariants - 1).forEach(_ -> operands.add(pick(random, pool)));
    return builder.apply(
        new While(condition.build(List.of(below)), step.build(results), carries), operands, "");
  }

  private static Graph body(Random random, int inputs, int outputs, int depth) {
    var builder = new Graph.Builder();
    var pool = new ArrayList<Value>();
    for (int i = 0; i < inputs; i++) {
      pool.add(builder.input(DonationTest.TYPE));
    }
    if (pool.isEmpty()) {
      pool.add(builder.apply(new Constant(Literal.fill(DonationTest.TYPE, i -> i % 7 - 3))));
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      pool.add(DonationTest.node(builder, random, pick(random, pool), pick(random, pool)));
    }
    if (depth > 1 && random.nextBoolean()) {
      // What is scanned in there would need an input: only what has the one type goes on.
      var inner =
          random.nextBoolean() ? branch(builder, random, pool, depth - 1) : List.<Value>of();
      pool.addAll(inner.isEmpty() ? whileLoop(builder, random, pool, depth - 1) : inner);
      pool.removeIf(value -> !value.type().equals(DonationTest.TYPE));
      pool.addAll(scanOfOne(builder, random, pool, depth - 1));
    }
    var results = new ArrayList<Value>();
    IntStream.range(0, outputs).forEach(_ -> results.add(pick(random, pool)));
    return builder.build(results);
  }

  private static List<Value> scanOfOne(
      Graph.Builder builder, Random random, List<Value> pool, int depth) {
    var body = body(random, 2, 1, depth);
    return builder.apply(
        new Scan(body, random.nextInt(4), 1, 0, false),
        List.of(pick(random, pool), pick(random, pool)),
        "");
  }

  /** So long that slices are copied: the same bits as of any other. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aLongScanGivesTheSameBits(int threads) {
    int length = 9001;
    var type = new TensorType(DType.I32, Shape.of(6));
    var body = new Graph.Builder();
    var carry = body.input(type);
    var other = body.input(type);
    var slice = body.input(type);
    var invariant = body.input(type);
    var product = body.apply(new Binary(Binary.Kind.MULTIPLY), carry, invariant);
    var next = body.apply(new Binary(Binary.Kind.ADD), product, slice);
    var graph = new Graph.Builder();
    var results =
        graph.apply(
            new Scan(body.build(List.of(next, carry, other, next)), length, 2, 1, true),
            List.of(
                graph.input(type),
                graph.input(type),
                graph.input(type.withShape(type.shape().prepend(length))),
                graph.input(type)),
            "");
    var whole = graph.build(results);
    var arguments = arguments(new Random(1), whole);
    try (var device = threads == 1 ? OnCpu.open(1) : OnCpu.divided(threads)) {
      assertEquals(Interpreter.run(whole, arguments), OnCpu.run(device, whole, arguments));
    }
  }

  /** h' = tanh(x + h·w), stacked, and what the sum is above a limit. */
  private static Graph recurrence(int length, int batch, int units) {
    var type = new TensorType(DType.F32, Shape.of(batch, units));
    var weights = new TensorType(DType.F32, Shape.of(units, units));
    var body = new Graph.Builder();
    var h = body.input(type);
    var x = body.input(type);
    var w = body.input(weights);
    var product = body.apply(Dot.matmul(DType.F32), h, w);
    var sum = body.apply(new Binary(Binary.Kind.ADD), x, product);
    var next = body.apply(new Unary(Unary.Kind.TANH), sum);
    var graph = new Graph.Builder();
    return graph.build(
        graph.apply(
            new Scan(body.build(List.of(next, next)), length, 1, 1, false),
            List.of(
                graph.input(type),
                graph.input(type.withShape(type.shape().prepend(length))),
                graph.input(weights)),
            ""));
  }

  /** h' = the larger of x + h·w and a limit, of whole numbers: sums are exact in any order. */
  private static Graph exact(int length, int units, boolean transposed) {
    var type = new TensorType(DType.F32, Shape.of(7, units));
    var body = new Graph.Builder();
    var h = body.input(type);
    var x = body.input(type);
    var w = body.input(new TensorType(DType.F32, Shape.of(units, units)));
    var contracted = List.of(transposed ? 1 : 0);
    var dot = new Dot(List.of(), List.of(), List.of(1), contracted, DType.F32, Precision.FULL);
    var sum = body.apply(new Binary(Binary.Kind.ADD), x, body.apply(dot, h, w));
    var least = body.apply(new Constant(Literal.fill(type, _ -> -4)));
    var most = body.apply(new Constant(Literal.fill(type, _ -> 5)));
    var next = body.apply(new Clamp(), least, sum, most);
    var graph = new Graph.Builder();
    var operands = new ArrayList<Value>();
    operands.add(graph.input(type));
    operands.add(graph.input(type.withShape(type.shape().prepend(length))));
    operands.add(graph.input(new TensorType(DType.F32, Shape.of(units, units))));
    var loop = new Scan(body.build(List.of(next, next)), length, 1, 1, false);
    return graph.build(graph.apply(loop, operands, ""));
  }

  /** A recurrent kernel is brought into oneDNN's own layout before the first iteration. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatEveryIterationMultipliesByIsPackedOnce(boolean transposed) {
    // The last of so many steps that slices are copied.
    for (int length : new int[] {3, 4, 11, 9000}) {
      var graph = exact(length, 80, transposed);
      var random = new Random(length);
      var arguments = new ArrayList<Literal>();
      for (var type : graph.inputTypes()) {
        arguments.add(Literal.fill(type, _ -> random.nextInt(5) - 2));
      }
      var expected = Interpreter.run(graph, arguments);
      for (int threads : new int[] {1, 3}) {
        try (var device = threads == 1 ? OnCpu.open(1) : OnCpu.divided(threads);
            var workspace = new Workspace();
            var executable = device.compile(Program.of(graph), workspace)) {
          var kernel = executable.report().kernels().getFirst();
          assertEquals(length > 3, kernel.implementation().contains("+packed"), kernel::toString);
          assertEquals(expected, OnCpu.run(device, graph, arguments), length + " iterations");
        }
      }
      if (length < 100) {
        for (var order : ORDERS) {
          assertEquals(expected, RoundsTest.run(Program.of(graph), arguments, order));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aLoopAllocatesNothingOnceItIsWarm(int threads) {
    var graph = recurrence(20, 4, 16);
    try (var device = OnCpu.warming(threads);
        var workspace = new Workspace();
        var executable = device.compile(Program.of(graph), workspace)) {
      var in = device.allocate(graph.inputTypes());
      var out = device.allocate(graph.outputTypes());
      try (var execution = executable.bind(in, out)) {
        Runnable run =
            () -> {
              execution.start();
              execution.await();
            };
        assertEquals(0, OnceWarm.leastBytes(run, 500), "bytes in 500 starts");
      }
    }
  }

  @Test
  void aLongerScanHasNoMoreKernels() {
    try (var device = OnCpu.open(1);
        var workspace = new Workspace();
        var brief = device.compile(Program.of(recurrence(3, 4, 8)), workspace);
        var longer = device.compile(Program.of(recurrence(300, 4, 8)), workspace)) {
      var kernels = brief.report().kernels();
      assertEquals(kernels.size(), longer.report().kernels().size());
      assertTrue(kernels.getFirst().name().startsWith("Scan×3 Dot"), kernels::toString);
      long flops = kernels.stream().mapToLong(kernel -> kernel.flops()).sum();
      long longerFlops =
          longer.report().kernels().stream().mapToLong(kernel -> kernel.flops()).sum();
      assertEquals(100 * flops, longerFlops);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void measuringShowsTheStepsOfTheBodyAndKeepsTheBits(int threads) {
    var graph = recurrence(7, 6, 8);
    var arguments =
        graph.inputTypes().stream().map(t -> Literal.fill(t, i -> (i % 13 - 6) / 9.0)).toList();
    try (Device device = threads == 1 ? OnCpu.open(1) : OnCpu.divided(threads);
        var workspace = new Workspace();
        var executable = device.compile(Program.of(graph), workspace)) {
      var in = device.allocate(graph.inputTypes());
      var out = device.allocate(graph.outputTypes());
      for (int i = 0; i < arguments.size(); i++) {
        OnCpu.write(in.get(i), arguments.get(i));
      }
      try (var execution = executable.bind(in, out)) {
        execution.start();
        execution.await();
        var plain = out.stream().map(OnCpu::read).toList();
        var nanos = new long[executable.report().kernels().size()];
        execution.measure(nanos);
        for (int i = 0; i < 20; i++) {
          execution.start();
          execution.await();
        }
        for (int i = 0; i < nanos.length; i++) {
          assertTrue(nanos[i] > 0, executable.report().kernels().get(i).toString());
        }
        assertEquals(plain, out.stream().map(OnCpu::read).toList());
      }
    }
  }

  @Test
  void whatABodyCannotRunLeavesTheWholeLoopToOthersAndIsNamed() {
    var type = new TensorType(DType.F32, Shape.of(2));
    var body = new Graph.Builder();
    var carry = body.input(type);
    var sum = body.apply(new AllReduce(Combiner.ADD), carry);
    var inner = new Scan(body.build(List.of(sum)), 3, 1, 0, false);
    var outer = new Graph.Builder();
    var scan =
        new Scan(outer.build(outer.apply(inner, List.of(outer.input(type)), "")), 2, 1, 0, false);
    try (var device = OnCpu.open(1)) {
      var refused = assertInstanceOf(Support.No.class, device.supports(scan, List.of(type)));
      assertEquals(
          "the CPU backend leaves it to another device: in its body, Scan: in its body, AllReduce:"
              + " it opens no replica groups",
          refused.reason());
    }
  }

  @Test
  void aCarryIsUpdatedInTheMemoryThatIsDonated() {
    var graph = recurrence(5, 3, 4);
    var arguments =
        graph.inputTypes().stream().map(t -> Literal.fill(t, i -> (i % 5 - 2) / 3.0)).toList();
    var donated = new Program(graph, new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
    var expected = RoundsTest.run(Program.of(graph), arguments, ORDERS[0]);
    assertEquals(expected, RoundsTest.run(donated, arguments, ORDERS[1]));
    try (var device = OnCpu.open(1);
        var workspace = new Workspace();
        var executable = device.compile(donated, workspace)) {
      assertTrue(
          executable.report().kernels().stream().noneMatch(kernel -> kernel.name().equals("copy")),
          () -> executable.report().kernels().toString());
    }
  }
}
