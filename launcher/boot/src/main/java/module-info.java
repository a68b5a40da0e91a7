/** Starts an OSGi framework, installs the assembly and runs the command it offers. */
module dev.backplane.launcher.boot {
  requires org.eclipse.osgi;
  requires static org.jspecify;

  uses org.osgi.framework.launch.FrameworkFactory;
}
