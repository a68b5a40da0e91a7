/** The layers, losses, optimizers, schedules and metrics nearly every model uses. */
module dev.backplane.layers.core {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
  requires transitive dev.backplane.api;

  exports dev.backplane.layers.core;
  exports dev.backplane.layers.core.activation;
  exports dev.backplane.layers.core.initializer;
  exports dev.backplane.layers.core.loss;
  exports dev.backplane.layers.core.metric;
  exports dev.backplane.layers.core.optimizer;
  exports dev.backplane.layers.core.regularizer;
  exports dev.backplane.layers.core.schedule;
  exports dev.backplane.layers.core.transform;

  provides dev.backplane.extension.Extensions with
      dev.backplane.layers.core.CoreExtensions;
}
