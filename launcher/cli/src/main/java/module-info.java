/** The commands of {@code ./backplane}, as a bundle. */
module dev.backplane.launcher.cli {
  requires dev.backplane.api;
  requires dev.backplane.launcher.deployer;
  requires dev.backplane.launcher.plots;
  requires java.management;
  requires jdk.management;
  requires com.fasterxml.jackson.core;
  requires com.google.guice;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires jakarta.inject;
  requires static dev.backplane.tck;
  requires static org.eclipse.osgi;
  requires static org.jspecify;

  opens dev.backplane.launcher.cli to
      com.google.guice,
      info.picocli;
}
