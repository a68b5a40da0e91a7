package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.Slice;
import dev.backplane.op.Unary;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Kernels that read columns of longer rows, and write them, in place of copies. */
class ViewsTest {
  private static final int PROGRAMS = 300;
  private static final int[][] ORDERS = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};

  /** Three parts, in every order; donated arguments are overwritten. */
  @Test
  void randomSlicesAndConcatenationsHaveTheBitsOfTheReference() {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      var random = new Random(seed);
      var graph = graph(random);
      var arguments = new ArrayList<Literal>();
      for (var input : graph.inputs()) {
        arguments.add(Literal.fill(input.type(), i -> random.nextInt(2000) - 1000));
      }
      var donated = DonationTest.donations(random, graph);
      donated
          .entrySet()
          .removeIf(
              each ->
                  !graph
                      .inputTypes()
                      .get(each.getKey())
                      .equals(graph.outputTypes().get(each.getValue())));
      var program = new Program(graph, new Donations(donated), Numerics.exact(), Tuning.none());
      var order = ORDERS[seed % ORDERS.length];
      assertEquals(
          Interpreter.run(graph, arguments),
          RoundsTest.run(program, arguments, order),
          "seed " + seed + "\n" + graph);
    }
  }

  /** Narrow values are columns of wide ones; some are put side by side again. */
  private static Graph graph(Random random) {
    var builder = new Graph.Builder();
    int rows = 1 + random.nextInt(6);
    int columns = 16 + random.nextInt(20);
    var wide = new ArrayList<Value>();
    var narrow = new ArrayList<Value>();
    wide.add(builder.input(TensorType.of(DType.I32, rows, 3 * columns)));
    wide.add(builder.input(TensorType.of(DType.I32, rows, 2 * columns)));
    narrow.add(builder.input(TensorType.of(DType.I32, rows, columns)));
    for (int i = 4 + random.nextInt(16); i > 0; i--) {
      var x = pick(random, narrow);
      switch (random.nextInt(6)) {
        case 0, 1 -> narrow.add(cut(builder, random, pick(random, wide), columns));
        case 2 -> {
          var row = builder.apply(new Reduce(Combiner.ADD, List.of(1)), x);
          narrow.add(builder.apply(new Broadcast(Shape.of(rows, columns), List.of(0)), row));
        }
        case 3 -> {
          var pieces = new ArrayList<Value>();
          for (int k = 2 + random.nextInt(2); k > 0; k--) {
            pieces.add(pick(random, narrow));
          }
          wide.add(builder.apply(new Concatenate(1), pieces, "").getFirst());
        }
        default -> narrow.add(builder.apply(new Binary(kind(random)), x, pick(random, narrow)));
      }
    }
    var outputs = new ArrayList<Value>(List.of(wide.getLast(), narrow.getLast()));
    for (int i = random.nextInt(3); i > 0; i--) {
      outputs.add(pick(random, random.nextBoolean() ? wide : narrow));
    }
    return builder.build(outputs);
  }

  private static Binary.Kind kind(Random random) {
    return random.nextBoolean() ? Binary.Kind.ADD : Binary.Kind.MAXIMUM;
  }

  private static Value cut(Graph.Builder builder, Random random, Value wide, int columns) {
    int rows = wide.type().shape().dimension(0);
    int from = random.nextInt(wide.type().shape().last() - columns + 1);
    return builder.apply(
        new Slice(List.of(0, from), List.of(rows, from + columns), List.of(1, 1)), wide);
  }

  private static Value pick(Random random, List<Value> values) {
    return values.get(random.nextInt(values.size()));
  }

  /** As the body of an LSTM: two gates out of longer rows, and what they give put side by side. */
  private static Graph gates(int rows, int columns) {
    var builder = new Graph.Builder();
    var sums = builder.input(TensorType.f32(rows, 2 * columns));
    var more = builder.input(TensorType.f32(rows, 2 * columns));
    var gates = new ArrayList<Value>();
    for (int gate = 0; gate < 2; gate++) {
      var both = new ArrayList<Value>();
      for (var each : List.of(sums, more)) {
        int from = gate * columns;
        var slice = new Slice(List.of(0, from), List.of(rows, from + columns), List.of(1, 1));
        both.add(builder.apply(slice, each));
      }
      var sum = builder.apply(new Binary(Binary.Kind.ADD), both.get(0), both.get(1));
      gates.add(builder.apply(new Unary(Unary.Kind.LOGISTIC), sum));
    }
    var product = builder.apply(new Binary(Binary.Kind.MULTIPLY), gates.get(0), gates.get(1));
    var row = builder.apply(new Concatenate(1), gates.get(0), product);
    return builder.build(List.of(row, product));
  }

  @Test
  void gatesAreOneKernelWithoutCopies() {
    try (var device = OnCpu.divided(2);
        var workspace = new Workspace();
        var executable = device.compile(Program.of(gates(8, 24)), workspace)) {
      var kernels = executable.report().kernels();
      assertEquals(
          1,
          kernels.size(),
          () -> kernels.stream().map(CompileReport.Kernel::name).toList().toString());
      assertTrue(kernels.getFirst().name().contains("logistic"), kernels::toString);
    }
  }

  @Test
  void bothFormsHaveTheSameBitsWhateverTheLengthOfRows() {
    for (int columns : new int[] {16, 17, 31, 128, 513}) {
      var graph = gates(5, columns);
      var random = new Random(columns);
      var arguments = new ArrayList<Literal>();
      for (var input : graph.inputs()) {
        arguments.add(Literal.fill(input.type(), _ -> random.nextGaussian()));
      }
      for (int threads = 1; threads <= 2; threads++) {
        try (var device = OnCpu.divided(threads)) {
          var vectors = new Numerics(Precision.FULL, true);
          var scalars = new Numerics(Precision.FULL, false);
          assertEquals(
              OnCpu.run(device, program(graph, scalars), arguments),
              OnCpu.run(device, program(graph, vectors), arguments),
              columns + " columns");
        }
      }
    }
  }

  private static Program program(Graph graph, Numerics numerics) {
    return new Program(graph, Donations.none(), numerics, Tuning.none());
  }
}
