/** Recurrent layers: simple, GRU and LSTM, bidirectional, with masks and states. */
module dev.backplane.layers.recurrent {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;
  requires transitive dev.backplane.layers.core;

  exports dev.backplane.layers.recurrent;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.recurrent.RecurrentExtensions;
}
