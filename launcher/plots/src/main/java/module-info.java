/** Pictures of a training: the curves of its figures, the confusion matrix. */
module dev.backplane.launcher.plots {
  requires static org.jspecify;
  requires static org.osgi.annotation.bundle;
  requires static org.osgi.annotation.versioning;
  requires java.desktop;
  requires org.knowm.xchart;
  requires transitive dev.backplane.api;

  exports dev.backplane.launcher.plots;
}
