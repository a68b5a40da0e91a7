/** Tokens, vocabularies, byte-pair encoding, and metrics over strings. */
module dev.backplane.layers.text {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires transitive dev.backplane.api;

  exports dev.backplane.layers.text;
}
