/** oneDNN for contractions, kernels generated as bytecode for the rest. */
module dev.backplane.backend.cpu {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
}
