package dev.backplane.kit.fusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a group hands to others, and what they rather make themselves. */
class FusionTest {
  private static final Shape SHAPE = Shape.of(64, 16);

  private final Graph.Builder builder = new Graph.Builder();

  private Value binary(Binary.Kind kind, Value x, Value y) {
    return builder.apply(new Binary(kind), x, y);
  }

  private Value overRows(Value x) {
    return builder.apply(new Reduce(Combiner.ADD, List.of(0)), x);
  }

  private Value spread(Value column) {
    return builder.apply(new Broadcast(SHAPE, List.of(1)), column);
  }

  private Value product(Value x, Value y) {
    var dot = new Dot(List.of(), List.of(), List.of(1), List.of(0), DType.F32, Precision.FULL);
    return builder.apply(dot, x, y);
  }

  /** As a normalization: the difference is needed before a product and behind it. */
  private Graph twice(Value x, Value y) {
    var centered = binary(Binary.Kind.SUBTRACT, x, spread(overRows(x)));
    var squares = binary(Binary.Kind.MULTIPLY, centered, centered);
    var behind = product(squares, y);
    var again = binary(Binary.Kind.MULTIPLY, behind, centered);
    return builder.build(List.of(overRows(again)));
  }

  private static List<Step.Fused> groups(Graph graph) {
    return Fusion.partition(graph, node -> !(node.op() instanceof Dot)).stream()
        .filter(Step.Fused.class::isInstance)
        .map(Step.Fused.class::cast)
        .toList();
  }

  private static long subtracting(List<Step.Fused> groups) {
    return groups.stream()
        .filter(
            group ->
                group.graph().nodes().stream()
                    .anyMatch(node -> node.op().equals(new Binary(Binary.Kind.SUBTRACT))))
        .count();
  }

  private static long whole(List<Step.Fused> groups) {
    return groups.stream()
        .flatMap(group -> group.outputs().stream())
        .filter(output -> output.type().shape().equals(SHAPE))
        .count();
  }

  @Test
  void aDifferenceFromWhatLiesInMemoryIsMadeAgainRatherThanKept() {
    var x = builder.input(new TensorType(DType.F32, SHAPE));
    var y = builder.input(TensorType.f32(16, 16));
    var groups = groups(twice(x, y));
    assertEquals(2, groups.size(), groups::toString);
    assertEquals(2, subtracting(groups), groups::toString);
    // The squares, for the product.
    assertEquals(1, whole(groups), groups::toString);
  }

  @Test
  void whatAGroupMadeIsKept() {
    var given = builder.input(new TensorType(DType.F32, SHAPE));
    var y = builder.input(TensorType.f32(16, 16));
    var x = binary(Binary.Kind.DIVIDE, given, given);
    var groups = groups(twice(x, y));
    assertEquals(1, subtracting(groups), groups::toString);
    assertTrue(whole(groups) > 1, groups::toString);
  }
}
