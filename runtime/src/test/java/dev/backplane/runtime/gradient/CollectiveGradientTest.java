package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Op;
import dev.backplane.op.ReduceScatter;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is differentiated is the sum of the scalars of all replicas. */
class CollectiveGradientTest {
  private static final int REPLICAS = 2;
  private static final TensorType TYPE = TensorType.of(DType.F64, 4, 3);

  static List<Op> collectives() {
    return List.of(
        new AllReduce(Combiner.ADD),
        new AllReduce(Combiner.MAXIMUM),
        new AllReduce(Combiner.MINIMUM),
        new AllGather(1, REPLICAS),
        new ReduceScatter(Combiner.ADD, 0, REPLICAS),
        new ReduceScatter(Combiner.MAXIMUM, 0, REPLICAS),
        new CollectivePermute(List.of(0, 1), List.of(1, 0)),
        new CollectivePermute(List.of(1), List.of(0)));
  }

  @ParameterizedTest
  @MethodSource("collectives")
  void agreesWithFiniteDifferences(Op op) {
    var random = new Random(5);
    var function = GradientCases.graph(List.of(TYPE), (b, x) -> b.apply(op, x, ""));
    var scalar = GradientCheck.weightedSum(function);
    var at = new ArrayList<List<Literal>>();
    for (int replica = 0; replica < REPLICAS; replica++) {
      at.add(List.of(GradientCheck.random(random, TYPE)));
    }
    var gradients = Interpreter.runReplicas(Gradient.of(scalar, List.of(0)), at);
    for (int replica = 0; replica < REPLICAS; replica++) {
      for (int i = 0; i < TYPE.shape().size(); i++) {
        double step = 4e-6;
        double expected =
            (sum(scalar, moved(at, replica, i, step)) - sum(scalar, moved(at, replica, i, -step)))
                / (2 * step);
        assertEquals(expected, gradients.get(replica).get(1).doubleAt(i), 2e-6);
      }
    }
  }

  private static List<List<Literal>> moved(
      List<List<Literal>> at, int replica, int index, double step) {
    var moved = new ArrayList<>(at);
    var x = at.get(replica).getFirst();
    moved.set(
        replica, List.of(Literal.fill(x.type(), i -> x.doubleAt(i) + (i == index ? step : 0))));
    return moved;
  }

  private static double sum(Graph scalar, List<List<Literal>> at) {
    return Interpreter.runReplicas(scalar, at).stream()
        .mapToDouble(results -> results.getFirst().toDouble())
        .sum();
  }

  @Test
  void ofAProductOverReplicasIsRefused() {
    for (Op op :
        List.of(
            new AllReduce(Combiner.MULTIPLY), new ReduceScatter(Combiner.MULTIPLY, 0, REPLICAS))) {
      var function = GradientCases.graph(List.of(TYPE), (b, x) -> b.apply(op, x, ""));
      var scalar = GradientCheck.weightedSum(function);
      assertThrows(GradientException.class, () -> Gradient.of(scalar, List.of(0)));
    }
  }
}
