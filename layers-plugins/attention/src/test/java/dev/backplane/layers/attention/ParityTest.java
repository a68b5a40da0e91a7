package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.activation.Gelu;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.parity.LayerParity;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values and gradients are PyTorch's, to 1e-5 + 1e-4·|expected|, on both devices. */
class ParityTest {
  private static final List<String> DEVICES = List.of("reference", "cpu");

  private static Backplane backplane;
  private static Fixtures fixtures;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
    fixtures = Fixtures.read(ParityTest.class, "/parity/parity.txt");
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  static Stream<Arguments> layers() {
    var embedding = new Embedding(5, 3);
    return Stream.of(
        Arguments.of("embedding", embedding.withPadding()),
        Arguments.of("embedding_scaled", embedding.withScale()),
        Arguments.of("embedding_logits", embedding.logits()),
        Arguments.of("sinusoidal_positions", new SinusoidalPositions()),
        Arguments.of("learned_positions", new LearnedPositions(5)),
        Arguments.of("layer_normalization", new LayerNormalization()),
        Arguments.of("rms_normalization", new RmsNormalization()),
        Arguments.of("multi_head_attention", new MultiHeadAttention(2)),
        Arguments.of("multi_head_attention_causal", new MultiHeadAttention(3).withCausality()),
        Arguments.of("multi_head_attention_cross", new MultiHeadAttention(2)),
        Arguments.of("multi_head_attention_single", new MultiHeadAttention(2)),
        Arguments.of(
            "multi_head_attention_rotary",
            new MultiHeadAttention(2).withCausality().withRotaryPositions()),
        Arguments.of("transformer_encoder", new TransformerEncoder(2, 6)),
        Arguments.of(
            "transformer_encoder_normalized_first",
            new TransformerEncoder(2, 6).withNormalizationFirst().activation(new Gelu())),
        Arguments.of("transformer_decoder", new TransformerDecoder(2, 6)),
        Arguments.of(
            "transformer_decoder_normalized_first",
            new TransformerDecoder(2, 6).withNormalizationFirst()),
        Arguments.of(
            "transformer",
            new Transformer(5, 6, 4, 2, 5, 2).withTiedLogits().withNormalizationFirst()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void aLayerAndItsGradients(String name, Layer layer) {
    for (var device : DEVICES) {
      new LayerParity(backplane, device, fixtures).check(name, layer);
    }
  }

  static Stream<Arguments> attentions() {
    return Stream.of(0, 3, 8)
        .flatMap(
            block ->
                Stream.of(
                    Arguments.of("attention", block, new AttentionOp(false, false, 0.5, block)),
                    Arguments.of(
                        "attention_causal", block, new AttentionOp(true, false, 0.5, block)),
                    Arguments.of(
                        "attention_masked", block, new AttentionOp(false, true, 0.5, block)),
                    Arguments.of(
                        "attention_causal_masked",
                        block,
                        new AttentionOp(true, true, 0.5, block))));
  }

  @ParameterizedTest(name = "{0} in blocks of {1}")
  @MethodSource("attentions")
  void theOpStoredAndInBlocks(String name, int block, AttentionOp op) {
    Layer layer = (forward, inputs) -> new Tensors(forward.scope().apply(op, inputs.list()));
    for (var device : DEVICES) {
      new LayerParity(backplane, device, fixtures).check(name, layer);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void aLayerIsReadBackFromItsFile(String name, Layer layer) {
    var parts = backplane.parts();
    assertEquals(layer, parts.make(Layer.class, parts.json(layer)), name);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("embedding(vocabulary=5, units=3)", new Embedding(5, 3)),
        Arguments.of("layer_normalization", new LayerNormalization()),
        Arguments.of("rms_normalization", new RmsNormalization()),
        Arguments.of("learned_positions(longest=4)", new LearnedPositions(4)),
        Arguments.of("sinusoidal_positions", new SinusoidalPositions()),
        Arguments.of("multi_head_attention(heads=2)", new MultiHeadAttention(2)),
        Arguments.of(
            "multi_head_attention(heads=2, causal=true, rotary=rotary_positions)",
            new MultiHeadAttention(2).withCausality().withRotaryPositions()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void aLayerByNameIsThatOfItsShortConstructor(String text, Layer layer) {
    assertEquals(layer, backplane.parts().make(Layer.class, text));
  }

  @Test
  void everyRegisteredLayerIsHere() {
    var tested =
        layers().map(arguments -> arguments.get()[1].getClass()).collect(Collectors.toSet());
    var part = Set.of(RotaryPositions.class);
    for (var extension : new AttentionExtensions().list()) {
      assertTrue(
          tested.contains(extension.type()) || part.contains(extension.type()),
          extension.name() + " has no case");
    }
  }
}
