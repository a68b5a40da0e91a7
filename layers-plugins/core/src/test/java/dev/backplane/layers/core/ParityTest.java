package dev.backplane.layers.core;

import static dev.backplane.function.Functions.valueAndGradient;

import dev.backplane.Backplane;
import dev.backplane.layers.core.activation.Elu;
import dev.backplane.layers.core.activation.Gelu;
import dev.backplane.layers.core.activation.HardSigmoid;
import dev.backplane.layers.core.activation.LeakyRelu;
import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.activation.Relu6;
import dev.backplane.layers.core.activation.Selu;
import dev.backplane.layers.core.activation.Sigmoid;
import dev.backplane.layers.core.activation.Silu;
import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.layers.core.activation.Softplus;
import dev.backplane.layers.core.activation.Softsign;
import dev.backplane.layers.core.activation.Tanh;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.CategoricalCrossEntropy;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients of activations and losses are PyTorch's, to 1e-5 + 1e-4·|expected|. */
class ParityTest {
  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  static Stream<Arguments> activations() {
    return Stream.of(
        Arguments.of("linear", new Linear()),
        Arguments.of("relu", new Relu()),
        Arguments.of("relu6", new Relu6()),
        Arguments.of("sigmoid", new Sigmoid()),
        Arguments.of("tanh", new Tanh()),
        Arguments.of("silu", new Silu()),
        Arguments.of("gelu", new Gelu()),
        Arguments.of("softplus", new Softplus()),
        Arguments.of("softsign", new Softsign()),
        Arguments.of("hard_sigmoid", new HardSigmoid()),
        Arguments.of("leaky_relu", new LeakyRelu(0.2)),
        Arguments.of("elu", new Elu(0.7)),
        Arguments.of("selu", new Selu()),
        Arguments.of("softmax", new Softmax()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("activations")
  void anActivationAndItsGradient(String name, Activation activation) {
    check("activation." + name, Parity.literal("activation.input", 6, 5), activation::apply);
  }

  static Stream<Arguments> losses() {
    var labels = Parity.numbers("loss.labels");
    return Stream.of(
        Arguments.of(
            "mean_squared_error", new MeanSquaredError(), Parity.literal("loss.truth", 7, 4)),
        Arguments.of(
            "binary_cross_entropy", new BinaryCrossEntropy(), Parity.literal("loss.truth", 7, 4)),
        Arguments.of(
            "categorical_cross_entropy",
            new CategoricalCrossEntropy(),
            Parity.literal("loss.distribution", 7, 4)),
        Arguments.of(
            "sparse_categorical_cross_entropy",
            new SparseCategoricalCrossEntropy(),
            Literal.fill(TensorType.of(DType.I32, 7), i -> labels[i])));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void aLossAndItsGradient(String name, Loss loss, Literal target) {
    check(
        "loss." + name,
        Parity.literal("loss.outputs", 7, 4),
        z -> {
          var scope = z.scope();
          var weights = scope.constant(Literal.fill(TensorType.f32(7), i -> 1));
          var batch = new Batch(Tensors.of(z), Tensors.of(scope.constant(target)), weights);
          return loss.apply(Tensors.of(z), batch);
        });
  }

  /** The gradient is that of Σ y·weights with weights from 0.5 to 1.5, as in generate.py. */
  private static void check(String name, Literal x, UnaryOperator<Tensor> function) {
    try (var compiled =
        backplane.compile(
            arguments -> {
              var at = arguments.only();
              var value = function.apply(at);
              var gradient = valueAndGradient(v -> weighted(function.apply(v)).sum(), at).get(1);
              return Tensors.of(value, gradient);
            },
            backplane.device("reference"))) {
      var results = compiled.call(List.of(x));
      Parity.assertClose(name + ".value", results.get(0), 1e-5, 1e-4);
      Parity.assertClose(name + ".gradient", results.get(1), 1e-5, 1e-4);
    }
  }

  private static Tensor weighted(Tensor y) {
    int count = (int) y.shape().size();
    var weights = Literal.fill(y.type(), i -> 0.5 + (count == 1 ? 0 : i / (double) (count - 1)));
    return y.mul(y.scope().constant(weights));
  }
}
