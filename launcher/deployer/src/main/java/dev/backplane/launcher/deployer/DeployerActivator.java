package dev.backplane.launcher.deployer;

import java.nio.file.Path;
import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Watches the folder named by the framework or system property {@code backplane.plugins}, else by
 * the environment variable {@code BACKPLANE_PLUGINS}; where neither names one, nothing is watched.
 */
public final class DeployerActivator implements BundleActivator {
  private @Nullable Watch watch;

  /** For the framework. */
  public DeployerActivator() {}

  @Override
  public void start(BundleContext context) {
    var named = context.getProperty("backplane.plugins");
    var folder = named == null ? System.getenv("BACKPLANE_PLUGINS") : named;
    if (folder == null || folder.isBlank()) {
      return;
    }
    watch = new Watch(context, Path.of(folder).toAbsolutePath().normalize());
    context.registerService(Plugins.class, watch, new Hashtable<>());
    watch.begin();
  }

  @Override
  public void stop(BundleContext context) {
    if (watch != null) {
      watch.end();
    }
  }
}
