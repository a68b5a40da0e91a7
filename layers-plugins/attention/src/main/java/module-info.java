/** Embeddings, positions, normalization, attention, Transformer blocks, decoding. */
module dev.backplane.layers.attention {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;
  requires transitive dev.backplane.layers.core;

  exports dev.backplane.layers.attention;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.attention.AttentionExtensions;
}
