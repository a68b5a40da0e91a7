/** Starts an OSGi framework, installs the assembly and runs the command it offers. */
module dev.backplane.launcher.boot {
  // What the bundles of the assembly import of the JDK: without these roots a module path would not
  // have it.
  requires java.se;
  requires jdk.management;
  requires jdk.unsupported;
  requires org.eclipse.osgi;
  requires static org.jspecify;

  uses org.osgi.framework.launch.FrameworkFactory;
}
