package dev.backplane.launcher.cli;

import jakarta.inject.Inject;
import org.osgi.framework.BundleContext;
import picocli.CommandLine.IVersionProvider;

/** The version of this bundle, which is that of the build. */
final class Version implements IVersionProvider {
  private final BundleContext context;

  @Inject
  Version(BundleContext context) {
    this.context = context;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "backplane " + context.getBundle().getVersion() + ", Java " + Runtime.version()
    };
  }
}
