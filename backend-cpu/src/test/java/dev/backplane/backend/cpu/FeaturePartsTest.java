package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.program.Assembly;
import dev.backplane.graph.Graph;
import dev.backplane.op.Convolution;
import dev.backplane.op.Precision;
import dev.backplane.op.Window;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions whose kernel is larger than what it runs over, or of fewer images than parts: the
 * parts share out features, not images. Whole numbers, so that every sum is exact in any order.
 */
class FeaturePartsTest {
  private static final int[][] ORDERS = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}};
  private static final int KERNEL = 1;

  /** Forward with a bias, and both gradients. */
  private static Graph step(int batch, int side, int channels, int filters, int size, int stride) {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(batch, side, side, channels));
    var kernel = trace.input(TensorType.f32(size, size, channels, filters));
    var bias = trace.input(TensorType.f32(filters));
    var image = Convolution.Layout.channelsLast(2);
    int padding = size / 2;
    var convolution =
        new Convolution(
            Collections.nCopies(2, Window.of(size, stride, padding, padding)),
            image,
            Convolution.Layout.kernelLast(2),
            image,
            1,
            1,
            DType.F32,
            Precision.FULL);
    var forward = trace.apply(convolution, List.of(x, kernel)).getFirst().add(bias);
    var result =
        trace.valueAndGradient(
            at -> {
              var y = trace.apply(convolution, List.of(at.get(0), at.get(1))).getFirst();
              return y.mul(y).sum();
            },
            new Tensors(List.of(x, kernel)));
    var gradients = result.gradient().list();
    return trace.finish(List.of(forward, gradients.get(0), gradients.get(1)));
  }

  private static List<Literal> arguments(Graph graph) {
    var arguments = new ArrayList<Literal>();
    for (var type : graph.inputTypes()) {
      arguments.add(Literal.fill(type, i -> i * 37 % 5 - 2));
    }
    return arguments;
  }

  private static void check(Graph graph, List<Literal> arguments) {
    var expected = Interpreter.run(graph, arguments);
    for (var order : ORDERS) {
      assertEquals(expected, RoundsTest.run(Program.of(graph), arguments, order));
    }
  }

  @ParameterizedTest(name = "batch {0}, {1} × {1}, {2} to {3} channels, {4} × {4}, stride {5}")
  @CsvSource({
    "5, 3, 60, 65, 3, 1",
    "5, 4, 60, 65, 3, 2",
    "4, 2, 64, 96, 1, 2",
    "1, 9, 48, 50, 3, 1",
    "2, 8, 50, 48, 1, 2"
  })
  void partsOfTheFeaturesMakeTheWhole(
      int batch, int side, int channels, int filters, int size, int stride) {
    var graph = step(batch, side, channels, filters, size, stride);
    try (var assembly = Assembly.of(Program.of(graph), RoundsTest.target())) {
      var byFeatures =
          assembly.report().kernels().stream()
              .filter(kernel -> kernel.implementation().contains("by features"))
              .toList();
      assertTrue(byFeatures.size() >= 2, () -> assembly.report().kernels().toString());
    }
    var arguments = arguments(graph);
    check(graph, arguments);
    // Padding must not make NaN of it, in its own part or another's.
    var type = graph.inputTypes().get(KERNEL);
    arguments.set(
        KERNEL, Literal.fill(type, i -> i == 123 ? Double.POSITIVE_INFINITY : i * 37 % 5 - 2));
    check(graph, arguments);
  }
}
