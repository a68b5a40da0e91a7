package dev.backplane.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What does not fit is refused where it stands, with what was expected and what was found. */
class BadShapesTest {
  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  static Stream<Arguments> inputs() {
    return Stream.of(
        Arguments.of(
            new Convolution2d(4, 3),
            Shape.of(2, 28, 28),
            "Convolution2d C1: expected an input [batch, height, width, channels],"
                + " found f32[2,28,28], in layer convolution2d_1 of model"),
        Arguments.of(
            new Convolution1d(4, 3),
            Shape.of(2, 28),
            "Convolution1d C1: expected an input [batch, length, channels], found f32[2,28]"),
        Arguments.of(
            new Convolution2d(4, 3).dilation(3),
            Shape.of(2, 28, 6, 1),
            "Convolution2d C2: a window of 7 does not fit into width 6 of f32[2,28,6,1] with"
                + " padding VALID"),
        Arguments.of(
            new Convolution2d(4, 3).groups(2),
            Shape.of(2, 8, 8, 3),
            "Convolution2d C3: expected channels that 2 groups divide, found f32[2,8,8,3]"),
        Arguments.of(
            new DepthwiseConvolution2d(5),
            Shape.of(2, 4, 8, 3),
            "DepthwiseConvolution2d C2: a window of 5 does not fit into height 4"),
        Arguments.of(
            new TransposedConvolution2d(4, 3, 2),
            Shape.of(2, 8, 3),
            "TransposedConvolution2d C1: expected an input [batch, height, width, channels]"),
        Arguments.of(
            new TransposedConvolution1d(4, 3, 2),
            Shape.of(2, 8),
            "TransposedConvolution1d C1: expected an input [batch, length, channels]"),
        Arguments.of(
            new MaxPooling2d(2),
            Shape.of(2, 1, 8, 3),
            "MaxPooling2d C2: a window of 2 does not fit into height 1"),
        Arguments.of(
            new MaxPooling1d(2),
            Shape.of(2, 4, 8, 3),
            "MaxPooling1d C1: expected an input [batch, length, channels], found f32[2,4,8,3]"),
        Arguments.of(
            new AveragePooling2d(2),
            Shape.of(2, 8, 3),
            "AveragePooling2d C1: expected an input [batch, height, width, channels]"),
        Arguments.of(
            new AveragePooling1d(9),
            Shape.of(2, 8, 3),
            "AveragePooling1d C2: a window of 9 does not fit into length 8"),
        Arguments.of(
            new GlobalAveragePooling(),
            Shape.of(2, 8),
            "GlobalAveragePooling C1: expected an input [batch, spatial …, channels]"),
        Arguments.of(
            new GlobalMaxPooling(),
            Shape.of(2, 8),
            "GlobalMaxPooling C1: expected an input [batch, spatial …, channels]"),
        Arguments.of(
            new UpSampling2d(2),
            Shape.of(2, 8, 3),
            "UpSampling2d C1: expected an input [batch, height, width, channels]"),
        Arguments.of(
            new UpSampling1d(2),
            Shape.of(2, 8),
            "UpSampling1d C1: expected an input [batch, length, channels]"),
        Arguments.of(
            new BatchNormalization(),
            Shape.of(2),
            "BatchNormalization C1: expected an input [batch, …, channels], found f32[2]"));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void anInputThatDoesNotFit(Layer layer, Shape shape, String message) {
    var input =
        Literal.fill(
            TensorType.f32(shape.dimensions().stream().mapToInt(d -> d).toArray()), i -> 1);
    var step = new OneStep("reference", layer, input, input);
    var found = assertThrows(ShapeException.class, () -> step.run(backplane, Map.of()));
    assertTrue(found.getMessage().startsWith(message), found.getMessage());
  }

  static Stream<Arguments> parts() {
    return Stream.of(
        part(() -> new Convolution2d(0, 3), "Convolution2d filters: expected 1 or more, found 0"),
        part(
            () -> new Convolution2d(4, 0), "Convolution2d kernelSize: expected 1 or more, found 0"),
        part(
            () -> new Convolution1d(4, 3).stride(0),
            "Convolution1d stride: expected 1 or more, found 0"),
        part(
            () -> new Convolution2d(4, 3).dilation(-1),
            "Convolution2d dilation: expected 1 or more, found -1"),
        part(
            () -> new Convolution2d(4, 3).groups(3),
            "Convolution2d groups: expected a divisor of 4 filters, found 3"),
        part(
            () -> new DepthwiseConvolution2d(3).multiplier(0),
            "DepthwiseConvolution2d multiplier: expected 1 or more, found 0"),
        part(
            () -> new MaxPooling2d(Shape.of(2), Shape.of(2, 2), Padding.SAME),
            "MaxPooling2d windowSize: expected [height, width], each 1 or more, found [2]"),
        part(
            () -> new UpSampling2d(Shape.of(2, 0)),
            "UpSampling2d factor: expected [height, width], each 1 or more, found [2,0]"),
        part(
            () -> new BatchNormalization(1, 1e-5, true, true),
            "BatchNormalization momentum: expected 0 or more and below 1, found 1.0"),
        part(
            () -> new BatchNormalization(0.9, 0, true, true),
            "BatchNormalization epsilon: expected a number above 0, found 0.0"));
  }

  private static Arguments part(Supplier<Object> made, String message) {
    return Arguments.of(made, message);
  }

  @ParameterizedTest
  @MethodSource("parts")
  void aHyperParameterOutOfBounds(Supplier<Object> made, String message) {
    assertEquals(message, assertThrows(RuntimeException.class, made::get).getMessage());
  }

  @Test
  void aBatchOfOneValuePerChannelLeavesTheRunningStatisticsAlone() {
    var one = Literal.of(Shape.of(1, 2), 3f, -4f);
    var result =
        new OneStep("reference", new BatchNormalization(), one, one).run(backplane, Map.of());
    assertEquals(0, result.state().get("mean").toFloats()[0]);
    assertEquals(1, result.state().get("variance").toFloats()[1]);
  }
}
