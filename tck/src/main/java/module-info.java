/** Conformance cases, decorators and seeds for every backend. */
module dev.backplane.tck {
  requires transitive dev.backplane.api;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;

  exports dev.backplane.tck;

  uses dev.backplane.backend.Backend;
}
