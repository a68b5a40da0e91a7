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
import dev.backplane.layers.core.regularizer.L1;
import dev.backplane.layers.core.regularizer.L2;
import dev.backplane.layers.core.regularizer.Regularizer;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.layers.core.schedule.CosineDecay;
import dev.backplane.layers.core.schedule.ExponentialDecay;
import dev.backplane.layers.core.schedule.StepDecay;
import dev.backplane.layers.core.schedule.WarmUp;
import dev.backplane.layers.core.transform.ClipByGlobalNorm;
import dev.backplane.layers.core.transform.ClipByValue;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
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

/**
 * A hundred steps of each optimizer, schedule, gradient transform and penalty follow PyTorch's
 * trajectory to 1e-5.
 */
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
    follows(name, new Dense(1), optimizer);
  }

  static Stream<Arguments> schedules() {
    return Stream.of(
        Arguments.of("cosine_decay", new CosineDecay(0.05, 100, 0.001)),
        Arguments.of("exponential_decay", new ExponentialDecay(0.05, 20, 0.5)),
        Arguments.of("step_decay", new StepDecay(0.05, 30, 0.1)),
        Arguments.of("warm_up", new WarmUp(10, new Constant(0.05))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schedules")
  void followsTheTrajectoryOfASchedule(String name, Schedule rate) {
    follows(name, new Dense(1), new Sgd(rate, 0, false));
  }

  static Stream<Arguments> transforms() {
    return Stream.of(
        Arguments.of("clip_by_global_norm", new ClipByGlobalNorm(0.7)),
        Arguments.of("clip_by_value", new ClipByValue(0.4)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transforms")
  void followsTheTrajectoryOfClippedGradients(String name, GradientTransform transform) {
    follows(name, new Dense(1), new Sgd(0.05), transform);
  }

  static Stream<Arguments> penalties() {
    return Stream.of(Arguments.of("l1", new L1(0.02)), Arguments.of("l2", new L2(0.03)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("penalties")
  void followsTheTrajectoryOfAPenalty(String name, Regularizer penalty) {
    follows(name, new Dense(1).regularizer(penalty), new Sgd(0.05));
  }

  private static void follows(
      String name, Dense layer, Optimizer optimizer, GradientTransform... transforms) {
    var model = Sequential.of(layer);
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(model, new MeanSquaredError(), optimizer)
                .transforms(transforms)
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
