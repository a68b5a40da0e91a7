package dev.backplane.layers.attention;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers everything of this bundle under its stable name. */
@Component(immediate = true)
public final class AttentionExtensions implements Extensions {
  /** Made by the framework or by ServiceLoader. */
  public AttentionExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(
        named("embedding", Embedding.class),
        named("embedding_logits", EmbeddingLogits.class),
        named("layer_normalization", LayerNormalization.class),
        named("learned_positions", LearnedPositions.class),
        named("multi_head_attention", MultiHeadAttention.class),
        named("rms_normalization", RmsNormalization.class),
        named("rotary_positions", RotaryPositions.class),
        named("sinusoidal_positions", SinusoidalPositions.class),
        named("transformer", Transformer.class),
        named("transformer_decoder", TransformerDecoder.class),
        named("transformer_encoder", TransformerEncoder.class));
  }

  private static Extension named(String name, Class<? extends Record> type) {
    return Extension.of(name, 1, type, MethodHandles.lookup());
  }
}
