package dev.backplane.layers.core;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.optimizer.Adagrad;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.core.optimizer.AdamW;
import dev.backplane.layers.core.optimizer.RmsProp;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A hundred steps of each optimizer follow PyTorch's trajectory to 1e-5. */
class OptimizerParityTest {
  static Stream<Arguments> optimizers() {
    return Stream.of(
        Arguments.of("sgd", new Sgd(0.05)),
        Arguments.of("sgd_momentum", new Sgd(new Constant(0.02), 0.9, false)),
        Arguments.of("sgd_nesterov", new Sgd(new Constant(0.02), 0.9, true)),
        Arguments.of("rmsprop", new RmsProp(0.01)),
        Arguments.of("adam", new Adam(0.05)),
        Arguments.of("adamw", new AdamW(0.05)),
        Arguments.of("adagrad", new Adagrad(0.3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("optimizers")
  void followsTheTrajectory(String name, Optimizer optimizer) {
    var model = Sequential.of(new Dense(1));
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(model, new MeanSquaredError(), optimizer)
                .open(new Regression().batch(16), backplane.device("reference"))) {
      training.load(
          Map.of(
              "dense_1/kernel", Parity.literal("optimizer.kernel", 4, 1),
              "dense_1/bias", Parity.literal("optimizer.bias", 1)));
      for (int step = 1; step <= 100; step++) {
        training.step();
        if (step == 1 || step == 10 || step == 100) {
          var parameters = training.parameters();
          Parity.assertClose(
              "optimizer." + name + "." + step,
              joined(parameters.get("dense_1/kernel"), parameters.get("dense_1/bias")),
              1e-5,
              0);
        }
      }
    }
  }

  private static Literal joined(Literal kernel, Literal bias) {
    var weights = kernel.toFloats();
    return Literal.of(
        Shape.of(5), weights[0], weights[1], weights[2], weights[3], bias.toFloats()[0]);
  }

  /** The sixteen examples of the fixture. */
  private record Regression() implements Examples {
    @Override
    public int size() {
      return 16;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("x", TensorType.f32(4)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32(1)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      var values = Parity.numbers(field == 0 ? "optimizer.inputs" : "optimizer.targets");
      int width = field == 0 ? 4 : 1;
      var source = MemorySegment.ofArray(values);
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(source, 4L * width * rows[from + i], target, 4L * width * i, 4L * width);
      }
    }
  }
}
