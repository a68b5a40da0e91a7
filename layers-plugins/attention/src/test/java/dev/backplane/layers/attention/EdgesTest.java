package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.GivenParameters;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.parity.LayerParity;
import dev.backplane.nn.Layer;
import dev.backplane.op.Composite;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks, lengths and what does not fit. */
class EdgesTest {
  private static Backplane backplane;
  private static LayerParity runner;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
    runner = new LayerParity(backplane, "reference", new Fixtures(Map.of()));
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  private static Literal waves(int... dimensions) {
    return Literal.fill(TensorType.f32(dimensions), i -> Math.sin(i * 1.3 + dimensions.length));
  }

  /** Parameters of a MultiHeadAttention of so many units. */
  private static Map<String, Literal> attention(int units) {
    var given = new HashMap<String, Literal>();
    for (var name : List.of("query", "key", "value", "output")) {
      given.put("parameter." + name + "/kernel", waves(units, units));
      given.put("parameter." + name + "/bias", waves(units));
    }
    return given;
  }

  @Test
  void aSequenceOfNothingButPaddingGivesTheOutputsBiasAndNoNaN() {
    var given = attention(4);
    given.put("input.0", waves(2, 3, 4));
    var mask = Literal.fill(TensorType.of(DType.BOOL, 2, 3), i -> i < 3 ? 0 : 1);
    var results =
        runner.run(new MultiHeadAttention(2), given, Optional.of(mask), List.of(waves(2, 3, 4)));
    var values = results.values().getFirst().toFloats();
    var bias = waves(4).toFloats();
    for (int i = 0; i < 12; i++) {
      assertEquals(bias[i % 4], values[i], 1e-6, "value " + i);
    }
    var gradient = results.gradients().get("input.0").toFloats();
    for (int i = 0; i < gradient.length; i++) {
      assertTrue(Float.isFinite(gradient[i]), "gradient " + i);
      assertTrue(i < 12 == (gradient[i] == 0), "gradient " + i + ": " + gradient[i]);
    }
  }

  @Test
  void whatIsPaddingChangesNothing() {
    var given = attention(4);
    given.put("input.0", waves(1, 4, 4));
    var mask = Literal.fill(TensorType.of(DType.BOOL, 1, 4), i -> i < 3 ? 1 : 0);
    var layer = new MultiHeadAttention(2);
    var weights = List.of(waves(1, 4, 4));
    var before = runner.run(layer, given, Optional.of(mask), weights).values().getFirst();
    var changed = given.get("input.0").toFloats();
    changed[13] = 100;
    given.put("input.0", Literal.of(Shape.of(1, 4, 4), changed));
    var after = runner.run(layer, given, Optional.of(mask), weights).values().getFirst();
    for (int i = 0; i < 12; i++) {
      assertEquals(before.doubleAt(i), after.doubleAt(i), "value " + i);
    }
  }

  @Test
  void anEmbeddingOfPaddedIdsSetsTheMask() {
    Layer layer =
        (forward, ids) -> {
          forward.child("embedding", new Embedding(3, 2).withPadding(), ids.only());
          return Tensors.of(forward.mask().orElseThrow().cast(DType.F32));
        };
    var given =
        Map.of(
            "input.0", Literal.of(Shape.of(2, 3), 1, 2, 0, 0, 0, 0),
            "parameter.embedding/kernel", waves(3, 2));
    var mask = runner.run(layer, given, Optional.empty(), List.of(waves(2, 3))).values();
    assertArrayEquals(new float[] {1, 1, 0, 0, 0, 0}, mask.getFirst().toFloats());
  }

  @Test
  void aTableUsedForIdsAndLogitsGetsBothGradients() {
    var embedding = new Embedding(3, 2);
    Layer layer =
        (forward, ids) -> {
          var rows = forward.child("embedding", embedding, ids.only());
          return Tensors.of(forward.child("embedding", embedding.logits(), rows));
        };
    var given =
        Map.of(
            "input.0", Literal.of(Shape.of(1, 1), 1),
            "parameter.embedding/kernel", Literal.of(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6));
    var weights = Literal.of(Shape.of(1, 1, 3), 1f, 0, 0);
    var results = runner.run(layer, given, Optional.empty(), List.of(weights));
    // Row 1 is looked up and multiplied with row 0: each gets the other.
    assertArrayEquals(new float[] {11, 25, 39}, results.values().getFirst().toFloats());
    assertArrayEquals(
        new float[] {3, 4, 1, 2, 0, 0},
        results.gradients().get("parameter.embedding/kernel").toFloats());
  }

  @Test
  void aLongSequenceNeverHoldsAllWeights() {
    int keys = AttentionOp.LONG + 1;
    var op = AttentionOp.of(false, false, 1, keys);
    assertTrue(op.block() > 0);
    assertEquals(0, AttentionOp.of(false, false, 1, keys - 1).block());
    var type = TensorType.f32(1, 1, keys, 2);
    try (var scope = backplane.eager(backplane.device("reference"))) {
      var graph =
          scope.trace(
              List.of(type, type, type), x -> new Tensors(x.get(0).scope().apply(op, x.list())));
      var composite = (Composite) graph.nodes().getFirst().op();
      var gradient = composite.gradient().orElseThrow();
      for (var part : List.of(composite, gradient.forward(), gradient.backward())) {
        part.decomposition().nodes().stream()
            .flatMap(node -> node.results().stream())
            .forEach(
                value ->
                    assertTrue(
                        value.type().shape().size() < (long) keys * keys / 2,
                        () -> part.name() + " holds " + value));
      }
    }
  }

  static Stream<Arguments> inputs() {
    var x = Shape.of(2, 3, 4);
    return Stream.of(
        bad(
            new MultiHeadAttention(2),
            "MultiHeadAttention C1: expected floating [batch, steps, units], found f32[2,4]",
            Shape.of(2, 4)),
        bad(
            new MultiHeadAttention(3),
            "MultiHeadAttention C2: expected units that 3 heads divide, found f32[2,3,4]",
            x),
        bad(
            new MultiHeadAttention(2),
            "MultiHeadAttention C1: expected x and memory of one batch, found f32[2,3,4] and"
                + " f32[1,3,4]",
            x,
            Shape.of(1, 3, 4)),
        bad(
            new MultiHeadAttention(2),
            "MultiHeadAttention C3: the mask of f32[2,5,4]: expected bool[2,5], found f32[2,3]",
            x,
            Shape.of(2, 5, 4),
            Shape.of(2, 3)),
        bad(
            new TransformerEncoder(2, 8),
            "TransformerEncoder C1: expected floating [batch, steps, units], found f32[3]",
            Shape.of(3)),
        bad(
            new TransformerDecoder(2, 8),
            "TransformerDecoder C1: expected x, memory and maybe its mask, found [f32[2,3,4]]",
            x),
        bad(
            new Embedding(5, 2),
            "Embedding C1: expected integer ids, found f32[2,3]",
            Shape.of(2, 3)),
        bad(new LearnedPositions(2), "LearnedPositions C2: expected at most 2 steps, found 3", x),
        bad(
            new LayerNormalization(),
            "LayerNormalization C1: expected floating [..., units], found f32[]",
            Shape.scalar()),
        bad(
            new MultiHeadAttention(4).withRotaryPositions(),
            "RotaryPositions C1: expected [batch, steps, heads, size] with an even size, found"
                + " f32[2,3,4,1]",
            x));
  }

  private static Arguments bad(Layer layer, String message, Shape... inputs) {
    return Arguments.of(layer, message, List.of(inputs));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void anInputThatDoesNotFit(Layer layer, String message, List<Shape> shapes) {
    var given = new HashMap<>(attention(4));
    for (int i = 0; i < shapes.size(); i++) {
      given.put("input." + i, Literal.fill(new TensorType(DType.F32, shapes.get(i)), j -> 1));
    }
    if (layer instanceof Embedding) {
      given.put("parameter.kernel", waves(5, 2));
    }
    var found =
        assertThrows(
            ShapeException.class,
            () -> runner.run(layer, given, Optional.empty(), List.of(waves(1))));
    assertTrue(found.getMessage().startsWith(message), found.getMessage());
  }

  static Stream<Arguments> parts() {
    return Stream.of(
        part(() -> new Embedding(0, 3), "Embedding vocabulary: expected 1 or more, found 0"),
        part(
            () -> new LearnedPositions(0), "LearnedPositions longest: expected 1 or more, found 0"),
        part(
            () -> new SinusoidalPositions(0),
            "SinusoidalPositions period: expected a number above 0, found 0.0"),
        part(
            () -> new LayerNormalization(-1),
            "LayerNormalization epsilon: expected a number above 0, found -1.0"),
        part(
            () -> new MultiHeadAttention(0),
            "MultiHeadAttention heads: expected 1 or more, found 0"),
        part(
            () -> new MultiHeadAttention(2).dropout(1),
            "MultiHeadAttention dropout: expected 0 or more and below 1, found 1.0"),
        part(
            () -> new TransformerEncoder(2, 0),
            "TransformerEncoder hidden: expected 1 or more, found 0"));
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
  void aPassOfGivenParametersSaysWhatIsMissing() {
    try (var scope = backplane.eager(backplane.device("reference"))) {
      var forward = new GivenParameters(scope, Map.of());
      var x = scope.constant(waves(2, 4));
      var found =
          assertThrows(
              IllegalArgumentException.class,
              () -> forward.child("norm", new LayerNormalization(), x));
      assertEquals("no value is given for norm/scale f32[4]; given: []", found.getMessage());
    }
  }
}
