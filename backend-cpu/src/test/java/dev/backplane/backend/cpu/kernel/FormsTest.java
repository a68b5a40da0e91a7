package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The scalar form that stands in for the vector form until that is warm. */
class FormsTest {
  private static List<Graph> graphs() {
    return List.of(
        Graphs.softmaxCrossEntropy(64, 10),
        Graphs.softmax(7, 1037),
        Graphs.centered(5, 2100),
        Graphs.adam(5000),
        Graphs.adam(1030),
        Graphs.reluBackward(64, 128),
        Graphs.longChain(3, 1035, DType.F32),
        Graphs.longChain(1, 4100, DType.F32));
  }

  private static List<Literal> inputs(Graph graph) {
    var random = new Random(7);
    return graph.inputs().stream().map(Value::type).map(t -> Samples.ordinary(t, random)).toList();
  }

  private static Kernel compile(Graph graph, Forms forms) {
    return KernelCompiler.compile(Step.Fused.of(graph, "group"), forms);
  }

  @Test
  void whatStandsInHasTheBitsTheScratchAndTheRowsOfTheVectors() {
    for (var graph : graphs()) {
      var vectors = compile(graph, Forms.VECTOR);
      var cold = compile(graph, Forms.VECTOR_ONCE_WARM);
      assertTrue(cold.cold().isPresent(), vectors.form());
      assertEquals(vectors.scratchBytes(), cold.scratchBytes());
      assertEquals(vectors.rows(), cold.rows());
      assertEquals(vectors.form(), cold.form());
      var inputs = inputs(graph);
      Runs.assertSameBits(
          Runs.run(vectors, graph, inputs), Runs.run(cold, graph, inputs), graph.toString());
      int parts = (int) Math.min(3, cold.rows().count());
      Runs.assertSameBits(
          Runs.divided(vectors, graph, inputs, parts),
          Runs.divided(cold, graph, inputs, parts),
          graph.toString());
    }
  }

  @Test
  void theVectorsRunOnceTheyAreRehearsedAndAdopted() {
    for (var graph : graphs()) {
      var inputs = inputs(graph);
      var kernel = compile(graph, Forms.VECTOR_ONCE_WARM);
      var before = Runs.run(kernel, graph, inputs);
      var cold = kernel.cold().orElseThrow();
      assertThrows(IllegalStateException.class, cold::adopt, "nothing is rehearsed yet");
      try (var rehearsal = cold.rehearse()) {
        for (int i = 0; i < 3; i++) {
          rehearsal.idle();
          rehearsal.work();
        }
      }
      Runs.assertSameBits(before, Runs.run(kernel, graph, inputs), "warm, but not adopted");
      cold.adopt();
      Runs.assertSameBits(before, Runs.run(kernel, graph, inputs), "adopted");
    }
  }

  @Test
  void aKernelWithoutVectorsIsNeverCold() {
    assertFalse(compile(Graphs.adam(5000), Forms.SCALAR).cold().isPresent());
    assertFalse(compile(Graphs.adam(5000), Forms.VECTOR).cold().isPresent());
    var doubles = Graphs.longChain(3, 100, DType.F64);
    assertFalse(compile(doubles, Forms.VECTOR_ONCE_WARM).cold().isPresent());
  }
}
