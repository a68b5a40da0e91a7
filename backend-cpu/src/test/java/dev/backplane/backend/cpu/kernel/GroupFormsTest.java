package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.kit.fusion.Fusion;
import dev.backplane.kit.fusion.Space;
import dev.backplane.kit.fusion.Step;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups as they come up in training, and random ones. */
class GroupFormsTest {
  private static List<Literal> inputs(Graph graph, long seed) {
    var random = new Random(seed);
    return graph.inputs().stream().map(value -> Samples.ordinary(value.type(), random)).toList();
  }

  private static void check(Graph graph, double scale, String what) {
    var inputs = inputs(graph, 3);
    var scalar = Runs.run(Runs.compile(graph, false), graph, inputs);
    Runs.assertClose(Interpreter.run(graph, inputs), scalar, 64, scale, what);
    Runs.assertSameBits(
        scalar, Runs.run(Runs.compile(graph, true), graph, inputs), what + " as vectors");
    checkDivided(graph, inputs, scale, what);
  }

  private static void checkDivided(Graph graph, List<Literal> inputs, double scale, String what) {
    for (int wanted : new int[] {2, 3}) {
      var kernel = Runs.compile(graph, false);
      int parts = (int) Math.min(wanted, kernel.rows().count());
      var scalar = Runs.divided(kernel, graph, inputs, parts);
      var of = what + " in " + parts + " parts";
      Runs.assertClose(Interpreter.run(graph, inputs), scalar, 64, scale, of);
      Runs.assertSameBits(
          scalar,
          Runs.divided(Runs.compile(graph, true), graph, inputs, parts),
          of + " as vectors");
    }
  }

  @Test
  void whatFoldsOverRowsAndWhatHasOneRowCanBeDivided() {
    // The weighted mean's gradient reads a sum over all rows: two sweeps.
    assertEquals(1, Runs.compile(Graphs.softmaxCrossEntropy(64, 10), true).rows().count());
    assertEquals(64, Runs.compile(Graphs.reluBackward(64, 128), true).rows().count());
    assertEquals(63, Runs.compile(Graphs.adam(1003), true).rows().count());
    assertEquals(16, Runs.compile(Graphs.adam(1003), true).rows().columns());
    assertEquals(6, Runs.compile(Graphs.centered(6, 40), true).rows().count());
  }

  private static void assertOneGroup(Graph graph) {
    var steps = Fusion.partition(graph, node -> KernelCompiler.refuses(node).isEmpty());
    assertEquals(1, steps.size(), () -> steps.toString());
    assertInstanceOf(Step.Fused.class, steps.getFirst());
  }

  @Test
  void softmaxCrossEntropyForwardAndBackwardIsOneKernel() {
    assertOneGroup(Graphs.softmaxCrossEntropy(64, 10));
    for (int columns : new int[] {2, 5, 10, 16, 17, 37, 64, 1500}) {
      check(Graphs.softmaxCrossEntropy(9, columns), 0.1, "softmax of " + columns);
    }
    check(Graphs.softmaxCrossEntropy(1, 10), 0.1, "softmax of one row");
    check(Graphs.softmaxCrossEntropy(10, 10), 0.1, "square softmax");
  }

  @Test
  void adamIsOneKernelAndUpdatesItsStateInPlace() {
    var graph = Graphs.adam(1003);
    assertOneGroup(graph);
    check(graph, 0, "adam");
    var kernel = Runs.compile(graph, true);
    // Inputs: parameter, gradient, two moments, rate. Outputs: parameter, two moments.
    assertTrue(kernel.inPlace(0, 0) && kernel.inPlace(2, 1) && kernel.inPlace(3, 2));
    var inputs = inputs(graph, 4);
    var apart = Runs.run(kernel, graph, inputs);
    try (var arena = Arena.ofConfined()) {
      var memory = inputs.stream().map(literal -> Runs.copy(literal, arena)).toList();
      var in = memory.stream().mapToLong(m -> m.address()).toArray();
      var scratch = arena.allocate(kernel.scratchBytes() + 64, 64).address();
      kernel.bind(in, new long[] {in[0], in[2], in[3]}, scratch).run();
      var together =
          List.of(
              Literal.copyOf(inputs.get(0).type(), memory.get(0)),
              Literal.copyOf(inputs.get(2).type(), memory.get(2)),
              Literal.copyOf(inputs.get(3).type(), memory.get(3)));
      Runs.assertSameBits(apart, together, "adam in place");
    }
  }

  @Test
  void anInputThatIsReadAgainLaterIsNotOverwritten() {
    var kernel = Runs.compile(Graphs.softmax(5, 40), true);
    // The second pass over a row reads the logits again, or what the first one kept of them.
    var graph = Graphs.softmax(5, 40);
    var inputs = inputs(graph, 8);
    var apart = Runs.run(kernel, graph, inputs);
    if (kernel.inPlace(0, 0)) {
      try (var arena = Arena.ofConfined()) {
        var memory = Runs.copy(inputs.getFirst(), arena);
        var scratch = arena.allocate(kernel.scratchBytes() + 64, 64).address();
        kernel.bind(new long[] {memory.address()}, new long[] {memory.address()}, scratch).run();
        var together = List.of(Literal.copyOf(inputs.getFirst().type(), memory));
        Runs.assertSameBits(apart, together, "softmax in place");
      }
    }
    assertEquals(false, Runs.compile(Graphs.centered(6, 40), true).inPlace(0, 0));
  }

  @Test
  void aLoopThatWasCutReadsItsInputBeforeItOverwritesIt() {
    for (int columns : new int[] {7, 40, 5000}) {
      for (boolean vectors : List.of(false, true)) {
        var graph = Graphs.longChain(2, columns, DType.F32);
        var kernel = Runs.compile(graph, vectors);
        assertTrue(kernel.inPlace(0, 0));
        var inputs = inputs(graph, 9);
        var apart = Runs.run(kernel, graph, inputs).subList(0, 1);
        try (var arena = Arena.ofConfined()) {
          var memory = Runs.copy(inputs.getFirst(), arena);
          var others = arena.allocate(8L * columns + 256, 64).address();
          var out = new long[] {memory.address(), others, others + 64};
          var scratch = arena.allocate(kernel.scratchBytes() + 64, 64).address();
          kernel.bind(new long[] {memory.address()}, out, scratch).run();
          var together = List.of(Literal.copyOf(inputs.getFirst().type(), memory));
          Runs.assertSameBits(apart, together, columns + " columns in place");
        }
      }
    }
  }

  @Test
  void reluBackwardAndTheBiasGradientAreOneKernel() {
    assertOneGroup(Graphs.reluBackward(64, 128));
    for (int columns : new int[] {3, 4, 16, 70, 128, 2000}) {
      check(Graphs.reluBackward(7, columns), 4, "relu backward of " + columns);
    }
  }

  @Test
  void longExpressionsAreCutWithoutChangingABit() {
    for (int columns : new int[] {7, 16, 100, 5000}) {
      check(Graphs.longChain(3, columns, DType.F32), 1, "a long chain of " + columns);
      check(Graphs.longChain(1, columns, DType.BF16), 8, "a long bf16 chain of " + columns);
    }
  }

  @Test
  void manyOutputsChangeNoBitAndReadTheirInputsBeforeTheyOverwriteThem() {
    for (int columns : new int[] {7, 100, 1100}) {
      var graph = Graphs.manyOutputs(3, columns);
      check(graph, 1, "many outputs of " + columns);
      for (boolean vectors : List.of(false, true)) {
        var kernel = Runs.compile(graph, vectors);
        var inputs = inputs(graph, 4);
        var apart = Runs.run(kernel, graph, inputs).subList(0, 40);
        try (var arena = Arena.ofConfined()) {
          var in = inputs.stream().map(input -> Runs.copy(input, arena)).toList();
          var out = new long[graph.outputs().size()];
          for (int i = 0; i < out.length; i++) {
            boolean together = i < 40 && kernel.inPlace(i, i);
            assertEquals(i < 40, together);
            out[i] = together ? in.get(i).address() : arena.allocate(4L * columns, 64).address();
          }
          var scratch = arena.allocate(kernel.scratchBytes() + 64, 64).address();
          kernel.bind(in.stream().mapToLong(MemorySegment::address).toArray(), out, scratch).run();
          var type = inputs.getFirst().type();
          var together = in.stream().map(memory -> Literal.copyOf(type, memory)).toList();
          Runs.assertSameBits(apart, together, columns + " columns in place");
        }
      }
    }
  }

  /** The JVM's first compiler gives up on a method of 3,226: it would never run as vectors. */
  @Test
  void noMethodOfVectorsIsTooLongForTheCompiler() {
    for (var graph : List.of(Graphs.manyOutputs(1, 128), Graphs.longChain(1, 128, DType.F32))) {
      var space = Space.of(graph.nodes(), Pitches.NONE.columns()).orElseThrow();
      var plan = Planner.plan(graph, space, Pitches.NONE);
      var bytes = RoutineWriter.write(plan, "Vector", Optional.of(Plan.LANES), true).bytes();
      for (var method : ClassFile.of().parse(bytes).methods()) {
        var code = method.findAttribute(Attributes.code());
        int length = code.map(CodeAttribute::codeLength).orElse(0);
        assertTrue(length <= 2000, method.methodName() + " has " + length + " bytes");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void randomGraphsRunByTheirPartitionAsTheyDoWhole(long seed) {
    for (int variant = 0; variant < 10; variant++) {
      var graph = Graphs.random(new Random(1000 * seed + variant));
      var inputs = inputs(graph, seed);
      var what = "seed " + seed + "." + variant + ": " + graph;
      var scalar = Runs.partitioned(graph, inputs, false);
      Runs.assertClose(Interpreter.run(graph, inputs), scalar, 2048, 1, what);
      Runs.assertSameBits(scalar, Runs.partitioned(graph, inputs, true), what);
      var divided = Runs.partitioned(graph, inputs, false, 3);
      Runs.assertClose(Interpreter.run(graph, inputs), divided, 2048, 1, "divided: " + what);
      Runs.assertSameBits(divided, Runs.partitioned(graph, inputs, true, 3), "divided: " + what);
    }
  }

  @Test
  void softmaxHasTheSameBitsAfterTwentyThousandCalls() {
    var graph = Graphs.softmaxCrossEntropy(4, 10);
    var inputs = inputs(graph, 5);
    for (boolean vectors : List.of(false, true)) {
      var kernel = Runs.compile(graph, vectors);
      Runs.assertSameBits(
          Runs.run(kernel, graph, inputs, 1), Runs.run(kernel, graph, inputs, 20_000), "softmax");
    }
  }

  @Test
  void theVectorFormIsTakenWhereTheModuleIs() {
    assertTrue(VectorTypes.preferred().isPresent(), "tests run with the vector module");
    var form = Runs.compile(Graphs.adam(100), true).form();
    assertTrue(form.startsWith("vector"), form);
  }
}
