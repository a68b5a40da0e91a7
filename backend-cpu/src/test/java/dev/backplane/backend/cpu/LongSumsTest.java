package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.backend.Device;
import dev.backplane.graph.Graph;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Reduce;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sum over many rows is not wrong by as many roundings. Values that repeat, as the background of
 * pictures does, round the same way each time: added one to the other, 64 · 28 · 28 of them are
 * wrong by up to 5e-4 of their sum, which turns relus behind a batch normalization on and off.
 */
class LongSumsTest {
  private static final int ROWS = 64 * 28 * 28;
  private static final int COLUMNS = 24;

  private static final Literal X =
      Literal.fill(TensorType.f32(ROWS, COLUMNS), i -> 0.1f * (i % COLUMNS + 1));

  /** The sums of the columns, those of their squares, and x without the sums: two sweeps. */
  private static Graph graph() {
    var builder = new Graph.Builder();
    var x = builder.input(X.type());
    var sums = builder.apply(new Reduce(Combiner.ADD, List.of(0)), x);
    var squares = builder.apply(new Binary(Binary.Kind.MULTIPLY), x, x);
    var sumsOfSquares = builder.apply(new Reduce(Combiner.ADD, List.of(0)), squares);
    var spread = builder.apply(new Broadcast(Shape.of(ROWS, COLUMNS), List.of(1)), sums);
    var rest = builder.apply(new Binary(Binary.Kind.SUBTRACT), x, spread);
    return builder.build(List.of(sums, sumsOfSquares, rest));
  }

  private static void check(List<Literal> found) {
    for (int column = 0; column < COLUMNS; column++) {
      double value = X.doubleAt(column);
      double sum = ROWS * value;
      assertEquals(sum, found.get(0).doubleAt(column), 1e-5 * sum, "sum of column " + column);
      double squares = sum * value;
      assertEquals(squares, found.get(1).doubleAt(column), 1e-5 * squares, "squares of " + column);
      int last = (ROWS - 1) * COLUMNS + column;
      assertEquals(value - sum, found.get(2).doubleAt(last), 1e-5 * sum, "rest of " + column);
    }
  }

  private static List<Literal> run(Device device) {
    try (device) {
      return OnCpu.run(device, graph(), List.of(X));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aSumOverManyRowsIsNearTheExactOneHoweverManyThreads(int threads) {
    check(run(OnCpu.divided(threads)));
  }

  @Test
  void scalarsGiveTheSameBits() {
    assertEquals(run(OnCpu.divided(1)), run(OnCpu.warming(1)));
  }
}
