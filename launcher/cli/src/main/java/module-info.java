/** The commands of {@code ./backplane}, as a bundle. */
module dev.backplane.launcher.cli {
  requires com.fasterxml.jackson.core;
  requires com.google.guice;
  requires info.picocli;
  requires jakarta.inject;
  requires static org.eclipse.osgi;
  requires static org.jspecify;

  opens dev.backplane.launcher.cli to
      com.google.guice,
      info.picocli;
}
