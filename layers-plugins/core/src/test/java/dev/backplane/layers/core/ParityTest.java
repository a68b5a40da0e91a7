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
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.CategoricalCrossEntropy;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values and gradients of activations, losses and dense layers are PyTorch's, to 1e-5 +
 * 1e-4·|expected|, on both devices.
 */
class ParityTest {
  private static final List<String> DEVICES = List.of("reference", "cpu");

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
            labels("loss.labels", 7)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void aLossAndItsGradient(String name, Loss loss, Literal target) {
    check("loss." + name, Parity.literal("loss.outputs", 7, 4), z -> applied(loss, z, target));
  }

  static Stream<Arguments> lossesOfOtherShapes() {
    var words = labels("loss.words", 3, 4);
    var plain = new SparseCategoricalCrossEntropy();
    return Stream.of(
        Arguments.of(
            "sparse_categorical_cross_entropy_ignoring",
            plain.ignoring(-1),
            words,
            Parity.literal("loss.sequences", 3, 4, 5)),
        Arguments.of(
            "sparse_categorical_cross_entropy_of_sequences",
            plain,
            Literal.fill(words.type(), i -> Math.max(0, words.longAt(i))),
            Parity.literal("loss.sequences", 3, 4, 5)),
        Arguments.of(
            "class_weighted",
            new ClassWeighted(plain, List.of(0.5, 2.0, 3.0, 0.0)),
            labels("loss.labels", 7),
            Parity.literal("loss.weighted_outputs", 7, 4)));
  }

  private static Literal labels(String name, int... dimensions) {
    var numbers = Parity.numbers(name);
    return Literal.fill(TensorType.of(DType.I32, dimensions), i -> numbers[i]);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lossesOfOtherShapes")
  void aLossOfSequencesOrWeightedAndItsGradient(
      String name, Loss loss, Literal target, Literal outputs) {
    check("loss." + name, outputs, z -> applied(loss, z, target));
  }

  private static Tensor applied(Loss loss, Tensor z, Literal target) {
    var scope = z.scope();
    var weights = scope.constant(Literal.fill(TensorType.f32(z.shape().dimension(0)), i -> 1));
    var batch = new Batch(Tensors.of(z), Tensors.of(scope.constant(target)), weights);
    return loss.apply(Tensors.of(z), batch);
  }

  static Stream<Arguments> denseLayers() {
    return Stream.of(
        Arguments.of("rows", new Dense(3), Shape.of(5, 4)),
        Arguments.of("steps", new Dense(3, new Relu()), Shape.of(2, 3, 4)),
        Arguments.of(
            "without_bias",
            new Dense(3, new Tanh(), false, new Zeros(), new None()),
            Shape.of(5, 4)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("denseLayers")
  void aDenseLayerAndItsGradients(String name, Dense layer, Shape shape) {
    var at = "dense." + name + ".";
    var names = layer.bias() ? List.of("input", "kernel", "bias") : List.of("input", "kernel");
    var given =
        List.of(
            Literal.of(shape, Parity.numbers(at + "input")),
            Parity.literal(at + "kernel", 4, 3),
            layer.bias()
                ? Parity.literal(at + "bias", 3)
                : Literal.fill(TensorType.f32(3), i -> 0));
    var arguments = given.subList(0, names.size());
    for (var device : DEVICES) {
      try (var compiled =
          backplane.compile(
              all -> {
                var gradients = valueAndGradient(x -> weighted(output(layer, x)).sum(), all);
                var results = new ArrayList<>(List.of(output(layer, all)));
                results.addAll(gradients.gradient().list());
                return new Tensors(results);
              },
              backplane.device(device))) {
        var results = compiled.call(arguments);
        Parity.assertClose(at + "value", results.getFirst(), 1e-5, 1e-4);
        for (int i = 0; i < names.size(); i++) {
          Parity.assertClose(at + "gradient." + names.get(i), results.get(1 + i), 1e-5, 1e-4);
        }
      }
    }
  }

  /** Of input, kernel and maybe bias. */
  private static Tensor output(Dense layer, Tensors all) {
    var parameters = new HashMap<String, Tensor>();
    parameters.put("kernel", all.get(1));
    if (layer.bias()) {
      parameters.put("bias", all.get(2));
    }
    return layer.apply(new GivenParameters(all.get(0).scope(), parameters), all.get(0));
  }

  /** The gradient is that of Σ y·weights with weights from 0.5 to 1.5, as in generate.py. */
  private static void check(String name, Literal x, UnaryOperator<Tensor> function) {
    for (var device : DEVICES) {
      try (var compiled =
          backplane.compile(
              arguments -> {
                var at = arguments.only();
                var value = function.apply(at);
                var gradient = valueAndGradient(v -> weighted(function.apply(v)).sum(), at).get(1);
                return Tensors.of(value, gradient);
              },
              backplane.device(device))) {
        var results = compiled.call(List.of(x));
        Parity.assertClose(name + ".value", results.get(0), 1e-5, 1e-4);
        Parity.assertClose(name + ".gradient", results.get(1), 1e-5, 1e-4);
      }
    }
  }

  private static Tensor weighted(Tensor y) {
    int count = (int) y.shape().size();
    var weights = Literal.fill(y.type(), i -> 0.5 + (count == 1 ? 0 : i / (double) (count - 1)));
    return y.mul(y.scope().constant(weights));
  }
}
