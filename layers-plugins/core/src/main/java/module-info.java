/** The layers, losses, optimizers, schedules and metrics nearly every model uses. */
module dev.backplane.layers.core {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
}
