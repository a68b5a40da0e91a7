package dev.backplane.layers.attention;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.initializer.Normal;
import dev.backplane.layers.core.initializer.Uniform;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(immediate = true)
public final class AttentionExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public AttentionExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("embedding", Embedding.class)
            .withDefault("padded", false)
            .withDefault("scaled", false)
            .withDefault("kernel", new Uniform(0.05)),
        named("embedding_logits", EmbeddingLogits.class),
        named("layer_normalization", LayerNormalization.class).withDefault("epsilon", 1e-5),
        named("learned_positions", LearnedPositions.class).withDefault("kernel", new Normal(0.02)),
        named("multi_head_attention", MultiHeadAttention.class)
            .withDefault("causal", false)
            .withDefault("dropout", 0.0)
            .withDefault("rotary", Optional.empty())
            .withDefault("bias", true)
            .withDefault("kernel", new Glorot(Distribution.UNIFORM)),
        named("rms_normalization", RmsNormalization.class).withDefault("epsilon", 1e-6),
        named("rotary_positions", RotaryPositions.class).withDefault("period", 10_000.0),
        named("sinusoidal_positions", SinusoidalPositions.class).withDefault("period", 10_000.0),
        named("transformer", Transformer.class),
        named("transformer_decoder", TransformerDecoder.class),
        named("transformer_encoder", TransformerEncoder.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
