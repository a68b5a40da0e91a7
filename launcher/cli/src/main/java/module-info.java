/** The commands of ./backplane, as a bundle. */
module dev.backplane.launcher.cli {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires static org.osgi.service.component.annotations;
}
