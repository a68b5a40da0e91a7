package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Fusion;
import dev.backplane.kit.fusion.Step;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A group that is cut between its sweeps computes what it did, and each piece can be divided. */
class StagesTest {
  private static final int GRAPHS = 200;

  private static List<Literal> inputs(Graph graph) {
    var random = new Random(5);
    return graph.inputs().stream().map(value -> Samples.ordinary(value.type(), random)).toList();
  }

  /** The outputs of a group after its stages ran one behind the other. */
  private static List<Literal> run(List<Step.Fused> stages, Step.Fused group, List<Literal> in) {
    var known = new HashMap<Value, Literal>();
    for (int i = 0; i < in.size(); i++) {
      known.put(group.inputs().get(i), in.get(i));
    }
    for (var stage : stages) {
      var results =
          Interpreter.run(stage.graph(), stage.inputs().stream().map(known::get).toList());
      for (int i = 0; i < results.size(); i++) {
        known.put(stage.outputs().get(i), results.get(i));
      }
    }
    return group.outputs().stream().map(known::get).toList();
  }

  @Test
  void aNormalizationIsThreeSweepsEachOfWhichCanBeDivided() {
    var graph = Graphs.normalized(1200, 32);
    var group = Step.Fused.of(graph, "normalized");
    assertEquals(1, KernelCompiler.compile(group, Forms.VECTOR).rows().count());
    var stages = Stages.of(group);
    assertEquals(3, stages.size(), stages::toString);
    for (var stage : stages) {
      assertEquals(1200, KernelCompiler.compile(stage, Forms.VECTOR).rows().count());
    }
    assertEquals(Interpreter.run(graph, inputs(graph)), run(stages, group, inputs(graph)));
  }

  @Test
  void whatIsSmallOrSweepsOnceStaysWhole() {
    var small = Step.Fused.of(Graphs.normalized(100, 32), "small");
    assertEquals(List.of(small), Stages.of(small));
    var once = Step.Fused.of(Graphs.reluBackward(2000, 128), "once");
    assertEquals(List.of(once), Stages.of(once));
  }

  @Test
  void anyGroupInStagesComputesTheSame() {
    int cut = 0;
    for (int seed = 0; seed < GRAPHS; seed++) {
      var graph = Graphs.swept(new Random(seed));
      for (var step : Fusion.partition(graph, node -> KernelCompiler.refuses(node).isEmpty())) {
        if (step instanceof Step.Fused group) {
          var stages = Stages.of(group, 1);
          cut += stages.size() > 1 ? 1 : 0;
          var in = inputs(group.graph());
          var what = "seed " + seed + "\n" + group + "\n" + stages;
          assertEquals(Interpreter.run(group.graph(), in), run(stages, group, in), what);
        }
      }
    }
    assertTrue(cut > GRAPHS / 4, cut + " groups were cut");
  }
}
