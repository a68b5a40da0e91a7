package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.OneDnn;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.program.Assembly;
import dev.backplane.backend.cpu.program.BoundProgram;
import dev.backplane.backend.cpu.program.Target;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Graph;
import dev.backplane.graph.GraphText;
import dev.backplane.op.Binary;
import dev.backplane.op.Scan;
import dev.backplane.op.Unary;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The parts of a round may run in any order, one far behind the other: here they do, on one thread,
 * so that a round that should have been two gives a wrong result every time.
 */
class RoundsTest {
  private static final int PARTS = 3;
  private static final int PROGRAMS = 400;
  private static final int[][] ORDERS = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {1, 0, 2}};

  @Test
  void theOrderOfPartsNeverChangesABit() {
    for (int seed = 0; seed < PROGRAMS; seed++) {
      var random = new Random(seed);
      var graph = DonationTest.graph(random);
      var arguments = new ArrayList<Literal>();
      for (var input : graph.inputs()) {
        arguments.add(Literal.fill(input.type(), i -> random.nextInt(2000) - 1000));
      }
      var donations = new Donations(DonationTest.donations(random, graph));
      var program = new Program(graph, donations, Numerics.exact(), Tuning.none());
      var expected = Interpreter.run(graph, arguments);
      for (var order : ORDERS) {
        var found = run(program, arguments, order);
        assertEquals(expected, found, "seed " + seed + "\n" + graph);
      }
    }
  }

  @Test
  void whatIsFoldedOverRowsWaitsForAllParts() {
    // What comes behind the fold changes where memory is shared, and so the rounds.
    var graph =
        GraphText.parse(
            """
            graph (%0: f32[4,13]) {
              %1: f32[13,4] = Transpose{permutation=[1, 0]} (%0)
              %2: f32[13,4] = Clamp{} (%1, %1, %1)
              %3: f32[4] = Reduce{combiner=MAXIMUM, axes=[0]} (%1)
              return %3
            }
            """);
    var arguments = List.of(Literal.fill(graph.inputs().getFirst().type(), i -> i * 37 % 101));
    for (var order : ORDERS) {
      assertEquals(Interpreter.run(graph, arguments), run(Program.of(graph), arguments, order));
    }
  }

  @Test
  void aTrainStepHasFewRoundsAndTheSameBitsInAnyOrder() {
    var step = TrainStep.of(64, 784, 128, 10);
    var expected = run(step.program(true), step.arguments(), ORDERS[0]);
    for (var order : ORDERS) {
      assertEquals(expected, run(step.program(true), step.arguments(), order));
    }
    assertEquals(expected, run(step.program(false), step.arguments(), ORDERS[1]));
    try (var assembly = Assembly.of(step.program(true), target());
        var bound = bind(assembly, new long[step.graph().inputs().size()], step)) {
      assertTrue(bound.rounds() <= 3, () -> bound.rounds() + " rounds");
    }
  }

  @Test
  void aStepOfConvolutionAndPoolingHasTheSameBitsInAnyOrder() {
    var step = TrainStep.cnn(8, 12, 20, 5);
    var expected = run(step.program(true), step.arguments(), ORDERS[0]);
    for (var order : ORDERS) {
      assertEquals(expected, run(step.program(true), step.arguments(), order));
    }
    assertEquals(expected, run(step.program(false), step.arguments(), ORDERS[1]));
  }

  @Test
  void updatesOfRowsAreDividedByRowsAndStayInTheirOrder() {
    // Row 2 is updated twice, one index is no row; what follows divides the same rows.
    var graph =
        GraphText.parse(
            """
            graph (%0: f32[7,18], %1: i32[2,3], %2: f32[2,3,18]) {
              %3: f32[7,18] = Scatter{mode=ADD, windowAxes=[2], insertedAxes=[0], targetAxes=[0], indexAxis=2} (%0, %1, %2)
              %4: f32[7,18] = Binary{kind=MULTIPLY} (%3, %0)
              return %3, %4
            }
            """);
    var arguments =
        List.of(
            Literal.fill(graph.inputs().get(0).type(), i -> i * 37 % 101),
            Literal.of(Shape.of(2, 3), 6, 2, 7, 0, 2, 4),
            Literal.fill(graph.inputs().get(2).type(), i -> i * 53 % 97));
    for (var order : ORDERS) {
      assertEquals(Interpreter.run(graph, arguments), run(Program.of(graph), arguments, order));
    }
  }

  @Test
  void productsOfHeadsAreDividedWithTheirCopies() {
    // Heads between steps and units: both operands are transposed, and then some products follow.
    var graph =
        GraphText.parse(
            """
            graph (%0: f32[5,6,4,8], %1: f32[5,7,4,8]) {
              %2: f32[5,4,6,7] = Dot{leftBatch=[0, 2], rightBatch=[0, 2], leftContract=[3], rightContract=[3], result=f32, precision=FULL} (%0, %1)
              %3: f32[5,4,6,8] = Dot{leftBatch=[0, 1], rightBatch=[0, 2], leftContract=[3], rightContract=[1], result=f32, precision=FULL} (%2, %1)
              %4: f32[4,5,8,8] = Dot{leftBatch=[1, 0], rightBatch=[2, 0], leftContract=[2], rightContract=[1], result=f32, precision=FULL} (%3, %0)
              return %2, %3, %4
            }
            """);
    var arguments =
        graph.inputTypes().stream().map(type -> Literal.fill(type, i -> i * 37 % 11 - 5)).toList();
    for (var order : ORDERS) {
      assertEquals(Interpreter.run(graph, arguments), run(Program.of(graph), arguments, order));
    }
  }

  /** Large enough to be cut between its sweeps, each of which is divided. */
  @Test
  void aNormalizationHasTheSameBitsInAnyOrder() {
    var graph =
        GraphText.parse(
            """
            graph (%0: f32[40,30,32]) {
              %1: f32[32] = Reduce{combiner=ADD, axes=[0, 1]} (%0)
              %2: f32[40,30,32] = Broadcast{shape=[40,30,32], axes=[2]} (%1)
              %3: f32[40,30,32] = Binary{kind=SUBTRACT} (%0, %2)
              %4: f32[40,30,32] = Binary{kind=MULTIPLY} (%3, %3)
              %5: f32[32] = Reduce{combiner=MAXIMUM, axes=[0, 1]} (%4)
              %6: f32[40,30,32] = Broadcast{shape=[40,30,32], axes=[2]} (%5)
              %7: f32[40,30,32] = Binary{kind=DIVIDE} (%3, %6)
              return %7, %1, %5
            }
            """);
    // Whole numbers: their sums are exact in any order.
    var arguments = List.of(Literal.fill(graph.inputs().getFirst().type(), i -> i * 37 % 101));
    var expected = Interpreter.run(graph, arguments);
    for (var order : ORDERS) {
      assertEquals(expected, run(Program.of(graph), arguments, order));
    }
    try (var assembly = Assembly.of(Program.of(graph), target());
        var bound = assembly.bind(new long[1], new long[3], 0)) {
      int divided = 0;
      for (int round = bound.first(); round < bound.rounds(); round = bound.next(round)) {
        divided += bound.parts(round) > 1 ? 1 : 0;
      }
      assertEquals(3, divided, "sweeps that are divided");
    }
  }

  @Test
  void whatHasMostWorkIsWarmedUpFirst() {
    var type = TensorType.f32(16, 64);
    var body = new Graph.Builder();
    var next = body.apply(new Unary(Unary.Kind.TANH), body.input(type));
    var builder = new Graph.Builder();
    var first = builder.apply(new Unary(Unary.Kind.EXP), builder.input(type));
    var loop = new Scan(body.build(List.of(next)), 50, 1, 0, false);
    var last = builder.apply(loop, List.of(first), "").getFirst();
    var square = builder.apply(new Binary(Binary.Kind.MULTIPLY), last, last);
    var program = Program.of(builder.build(List.of(square)));
    try (var assembly = Assembly.of(program, target(Forms.VECTOR_ONCE_WARM))) {
      var names = assembly.cold().stream().map(Cold::name).toList();
      assertEquals(3, names.size(), names::toString);
      assertTrue(names.getFirst().contains("tanh"), names::toString);
      assertTrue(names.get(1).contains("exp"), names::toString);
    }
  }

  private static BoundProgram bind(Assembly assembly, long[] arguments, TrainStep step) {
    // Never run: only looked at.
    return assembly.bind(arguments, new long[step.graph().outputs().size()], 0);
  }

  static Target target() {
    return target(Forms.VECTOR);
  }

  static Target target(Forms forms) {
    var oneDnn = OneDnn.load();
    var streams = new ArrayList<OneDnn.Stream>();
    for (int i = 0; i < PARTS; i++) {
      streams.add(oneDnn.stream());
    }
    return new Target(oneDnn, streams, forms, PARTS, 0);
  }

  /** Every donated argument is the memory of the result that it is donated to. */
  static List<Literal> run(Program program, List<Literal> arguments, int[] order) {
    var target = target();
    var graph = program.graph();
    var memory = new ArrayList<Long>();
    try (var assembly = Assembly.of(program, target)) {
      var in = new long[arguments.size()];
      for (int i = 0; i < in.length; i++) {
        in[i] = allocate(arguments.get(i).type(), memory);
        var data = arguments.get(i).data();
        MemorySegment.copy(data, 0, Libc.ALL, in[i], data.byteSize());
      }
      var out = new long[graph.outputs().size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = allocate(graph.outputs().get(i).type(), memory);
      }
      program.donations().resultOfArgument().forEach((from, to) -> out[to] = in[from]);
      long scratch = Libc.allocate(assembly.scratchBytes());
      memory.add(scratch);
      try (var bound = assembly.bind(in, out, scratch)) {
        runRounds(bound, order);
      }
      var results = new ArrayList<Literal>();
      for (int i = 0; i < out.length; i++) {
        var type = graph.outputs().get(i).type();
        results.add(Literal.copyOf(type, Libc.segment(out[i], type.bytes())));
      }
      return results;
    } finally {
      memory.forEach(Libc::free);
      target.streams().forEach(OneDnn.Stream::close);
    }
  }

  private static void runRounds(BoundProgram bound, int[] order) {
    for (int round = bound.first(); round < bound.rounds(); round = bound.next(round)) {
      for (int part : order) {
        if (part < bound.parts(round)) {
          bound.run(round, part);
        }
      }
    }
  }

  private static long allocate(TensorType type, List<Long> memory) {
    long address = Libc.allocate(type.bytes());
    memory.add(address);
    return address;
  }
}
