/** The engine: tracing, autodiff, passes, placement, sessions, training loop, reference backend. */
module dev.backplane.runtime {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
}
