/** Programs as StableHLO on whatever has a PJRT plugin. */
module dev.backplane.backend.tpu {
  requires dev.backplane.api;
  requires dev.backplane.backend.tpu.library;
  requires dev.backplane.kit;
  requires java.management;
  requires jdk.management;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
}
