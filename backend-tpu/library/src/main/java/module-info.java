/** Keeps the PJRT plugins that a process has loaded: each once, and never unloaded. */
module dev.backplane.backend.tpu.library {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;

  exports dev.backplane.backend.tpu.library;
}
