/** The engine: tracing, autodiff, passes, placement, sessions, training loop, reference backend. */
module dev.backplane.runtime {
  requires transitive dev.backplane.api;
  requires com.fasterxml.jackson.core;
  requires static org.eclipse.osgi;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  // For embedders that bring their own backends instead of services.
  exports dev.backplane.runtime;

  uses dev.backplane.backend.Backend;
  uses dev.backplane.data.DatasetProvider;
  uses dev.backplane.data.Recipe;
  uses dev.backplane.extension.Extensions;

  provides dev.backplane.BackplaneProvider with
      dev.backplane.runtime.EngineProvider;
  provides dev.backplane.backend.Backend with
      dev.backplane.runtime.reference.ReferenceBackend;
}
