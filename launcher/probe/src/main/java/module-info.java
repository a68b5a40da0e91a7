/** Publishes the host's hardware as device bundles, in any OSGi framework. */
module dev.backplane.launcher.probe {
  requires static org.eclipse.osgi;
  requires static org.jspecify;
}
