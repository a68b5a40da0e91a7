/** The engine: tracing, autodiff, passes, placement, sessions, training loop, reference backend. */
module dev.backplane.runtime {
  requires transitive dev.backplane.api;
  requires com.fasterxml.jackson.core;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  uses dev.backplane.backend.Backend;
  uses dev.backplane.data.DatasetProvider;
  uses dev.backplane.data.Recipe;
  uses dev.backplane.extension.Extensions;

  provides dev.backplane.backend.Backend with
      dev.backplane.runtime.reference.ReferenceBackend;
}
