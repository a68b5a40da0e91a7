package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.op.RandomBits;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that are computed at once are those of the reference, wherever the first element is. */
class RandomBitsTest {
  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(), Shape.of(1), Shape.of(7), Shape.of(255), Shape.of(5, 51), Shape.of(3, 300));

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 254, 4294967294L, 4294967040L})
  void everyOffsetGivesTheBitsOfTheReference(long offset) {
    try (var one = OnCpu.open(1);
        var three = OnCpu.divided(3)) {
      for (var shape : SHAPES) {
        var builder = new Graph.Builder();
        var word = TensorType.of(DType.U32);
        var key = builder.input(TensorType.of(DType.U32, 2));
        var step = builder.input(word);
        var iteration = builder.input(word);
        var first = builder.input(word);
        var bits = builder.apply(new RandomBits(shape, -5), key, step, iteration, first);
        var graph = builder.build(List.of(bits));
        var arguments =
            List.of(
                Literal.fill(key.type(), i -> i == 0 ? 4_294_967_295.0 : 77),
                Literal.scalar(DType.U32, 4_000_000_001L),
                Literal.scalar(DType.U32, 9L),
                Literal.scalar(DType.U32, offset));
        var expected = Interpreter.run(graph, arguments);
        assertEquals(expected, OnCpu.run(one, graph, arguments), shape + " from " + offset);
        assertEquals(expected, OnCpu.run(three, graph, arguments), shape + " from " + offset);
      }
    }
  }
}
