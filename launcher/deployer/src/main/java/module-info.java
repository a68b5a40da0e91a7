/** Takes in what is dropped into a folder of plugins while the process runs. */
module dev.backplane.launcher.deployer {
  requires transitive dev.backplane.api;
  requires static transitive org.eclipse.osgi;
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;

  exports dev.backplane.launcher.deployer;
  exports dev.backplane.launcher.deployer.assembly;
}
