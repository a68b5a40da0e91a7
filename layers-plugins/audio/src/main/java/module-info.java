/** Recordings as features, and the connectionist temporal classification of what they say. */
module dev.backplane.layers.audio {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;
  requires transitive dev.backplane.layers.core;

  exports dev.backplane.layers.audio;
  exports dev.backplane.layers.audio.ctc;
  exports dev.backplane.layers.audio.signal;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.audio.AudioExtensions;
}
