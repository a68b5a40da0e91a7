package dev.backplane.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and gradients are PyTorch's, to 1e-5 + 1e-4·|expected|, on both devices. */
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

  static Stream<Arguments> layers() {
    var relu = new Relu();
    return Stream.of(
        Arguments.of("convolution1d", new Convolution1d(4, 3)),
        Arguments.of(
            "convolution1d_same", new Convolution1d(4, 4, relu).stride(2).padding(Padding.SAME)),
        Arguments.of(
            "convolution1d_dilated",
            new Convolution1d(4, 3).dilation(2).padding(Padding.SAME).withoutBias()),
        Arguments.of("convolution1d_groups", new Convolution1d(6, 3).groups(2)),
        Arguments.of("convolution2d", new Convolution2d(3, 3, 2)),
        Arguments.of(
            "convolution2d_same", new Convolution2d(4, 3, relu).stride(2).padding(Padding.SAME)),
        Arguments.of("convolution2d_strides", new Convolution2d(4, 3).stride(2, 1)),
        Arguments.of(
            "convolution2d_dilated",
            new Convolution2d(3, 3).dilation(2).padding(Padding.SAME).withoutBias()),
        Arguments.of("convolution2d_groups", new Convolution2d(6, 3).groups(2)),
        Arguments.of(
            "depthwise_convolution2d",
            new DepthwiseConvolution2d(3).multiplier(2).stride(2).padding(Padding.SAME)),
        Arguments.of(
            "depthwise_convolution2d_dilated",
            new DepthwiseConvolution2d(3).dilation(2).withoutBias()),
        Arguments.of("transposed_convolution1d", new TransposedConvolution1d(2, 4, 2)),
        Arguments.of(
            "transposed_convolution1d_same",
            new TransposedConvolution1d(2, 4, 2, relu).padding(Padding.SAME).withoutBias()),
        Arguments.of("transposed_convolution2d", new TransposedConvolution2d(2, 3, 2)),
        Arguments.of(
            "transposed_convolution2d_same",
            new TransposedConvolution2d(2, 3, 2).padding(Padding.SAME)),
        Arguments.of("transposed_convolution2d_sparse", new TransposedConvolution2d(2, 2, 3)),
        Arguments.of(
            "transposed_convolution2d_sparse_same",
            new TransposedConvolution2d(2, 2, 3).padding(Padding.SAME)),
        Arguments.of("max_pooling1d", new MaxPooling1d(3)),
        Arguments.of("max_pooling1d_same", new MaxPooling1d(3).stride(2).padding(Padding.SAME)),
        Arguments.of("max_pooling2d", new MaxPooling2d(2)),
        Arguments.of("max_pooling2d_same", new MaxPooling2d(3).stride(2).padding(Padding.SAME)),
        Arguments.of("average_pooling1d", new AveragePooling1d(3)),
        Arguments.of(
            "average_pooling1d_same", new AveragePooling1d(4).stride(3).padding(Padding.SAME)),
        Arguments.of("average_pooling2d", new AveragePooling2d(2)),
        Arguments.of(
            "average_pooling2d_same", new AveragePooling2d(3).stride(2).padding(Padding.SAME)),
        Arguments.of("global_average_pooling", new GlobalAveragePooling()),
        Arguments.of("global_max_pooling", new GlobalMaxPooling()),
        Arguments.of("zero_padding2d", new ZeroPadding2d(2)),
        Arguments.of("up_sampling1d", new UpSampling1d(3)),
        Arguments.of("up_sampling2d", new UpSampling2d(Shape.of(2, 3))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void aLayerAndItsGradients(String name, Layer layer) {
    var parameters = new HashMap<String, Literal>();
    for (var parameter : new String[] {"kernel", "bias"}) {
      if (Fixtures.has(name + "." + parameter)) {
        parameters.put(parameter, Fixtures.of(name + "." + parameter));
      }
    }
    for (var device : DEVICES) {
      var step = step(device, name, layer);
      var result = step.run(backplane, parameters);
      Fixtures.assertClose(name + ".value", result.prediction(), 1);
      var expected = new HashMap<>(parameters);
      expected.put("input", step.input());
      assertEquals(expected.keySet(), result.gradients().keySet());
      // The trainer's loss is the mean of the batch; the fixture's the sum.
      result
          .gradients()
          .forEach((of, g) -> Fixtures.assertClose(name + ".gradient." + of, g, step.rows()));
    }
  }

  private static OneStep step(String device, String name, Layer layer) {
    return new OneStep(device, layer, Fixtures.of(name + ".input"), Fixtures.of(name + ".weights"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"batch_normalization", "batch_normalization_rows", "batch_normalization_steps"})
  void batchNormalizationTrainsOnTheBatchAndInfersWithWhatItKept(String name) {
    var parameters =
        Map.of("scale", Fixtures.of(name + ".scale"), "bias", Fixtures.of(name + ".bias"));
    for (var device : DEVICES) {
      var step = step(device, name, new BatchNormalization());
      var result = step.run(backplane, parameters);
      Fixtures.assertClose(name + ".loss", Literal.of(Shape.scalar(), (float) result.loss()), 1);
      for (var of : new String[] {"input", "scale", "bias"}) {
        Fixtures.assertClose(name + ".gradient." + of, result.gradients().get(of), step.rows());
      }
      Fixtures.assertClose(name + ".mean", result.state().get("mean"), 1);
      Fixtures.assertClose(name + ".variance", result.state().get("variance"), 1);
      Fixtures.assertClose(name + ".value", result.inferred(), 1);
    }
  }

  static Stream<Arguments> blocks() {
    return Stream.of(
        Arguments.of("residual_block2d", new ResidualBlock2d(3)),
        Arguments.of("residual_block2d_shortcut", new ResidualBlock2d(4, 2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("blocks")
  void aBlockItsGradientsAndWhatItKept(String name, Layer block) {
    var gradients = Fixtures.under(name + ".gradient.").keySet();
    var states = Fixtures.under(name + ".state.").keySet();
    for (var device : DEVICES) {
      var step = step(device, name, block);
      var result = step.run(backplane, Fixtures.under(name + ".parameter."));
      Fixtures.assertClose(name + ".loss", Literal.of(Shape.scalar(), (float) result.loss()), 1);
      assertEquals(gradients.size() + states.size(), result.gradients().size());
      for (var of : gradients) {
        Fixtures.assertClose(name + ".gradient." + of, result.gradients().get(of), step.rows());
      }
      for (var of : states) {
        Fixtures.assertClose(name + ".state." + of, result.state().get(of), 1);
      }
      Fixtures.assertClose(name + ".value", result.inferred(), 1);
    }
  }

  @Test
  void everyRegisteredLayerIsHere() {
    var tested =
        Stream.concat(
                Stream.concat(layers(), blocks()).map(arguments -> arguments.get()[1].getClass()),
                Stream.of(BatchNormalization.class))
            .collect(Collectors.toSet());
    for (var extension : new ConvolutionExtensions().list()) {
      assertTrue(tested.contains(extension.type()), extension.name() + " has no case");
    }
  }
}
