package dev.backplane.launcher.deployer.assembly;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;

/** A throw-away framework that holds twins only, resolved as far as they resolve. */
public final class TwinFramework implements AutoCloseable {
  private final Framework framework;
  private final Path storage;

  private TwinFramework(Framework framework, Path storage) {
    this.framework = framework;
    this.storage = storage;
  }

  /**
   * Starts one of the same make as the framework that asks.
   *
   * @param asking any bundle's context of that framework
   * @param twins to install
   * @throws IOException when there is no room for its storage
   * @throws BundleException when a twin's headers are malformed; says which
   */
  public static TwinFramework open(BundleContext asking, List<Twin> twins)
      throws IOException, BundleException {
    var system = asking.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    var factory =
        ServiceLoader.load(FrameworkFactory.class, system.getClass().getClassLoader())
            .findFirst()
            .orElseThrow(() -> new BundleException("this framework offers no FrameworkFactory"));
    var storage = Files.createTempDirectory("backplane-twins-");
    var twinFramework =
        new TwinFramework(
            factory.newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString())), storage);
    try {
      twinFramework.framework.init();
      for (var twin : twins) {
        twinFramework.install(twin);
      }
      system(twinFramework).resolveBundles(null);
      return twinFramework;
    } catch (BundleException e) {
      twinFramework.close();
      throw e;
    }
  }

  private static FrameworkWiring system(TwinFramework twinFramework) {
    return twinFramework.framework.adapt(FrameworkWiring.class);
  }

  private void install(Twin twin) throws BundleException {
    try {
      context()
          .installBundle(
              "twin:" + twin.symbolicName() + ":" + twin.headers().hashCode(), twin.jar());
    } catch (BundleException e) {
      throw new BundleException(
          "%s has malformed headers: %s".formatted(twin.symbolicName(), firstCause(e).getMessage()),
          e.getType(),
          e);
    }
  }

  private static Throwable firstCause(Throwable e) {
    var cause = e.getCause();
    return cause == null ? e : firstCause(cause);
  }

  /** The framework's own context. */
  public BundleContext context() {
    return framework.getBundleContext();
  }

  @Override
  public void close() {
    try {
      framework.stop();
      framework.waitForStop(TimeUnit.SECONDS.toMillis(10));
      try (var files = Files.walk(storage)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    } catch (BundleException | IOException e) {
      // It holds no code and no data: what is left is a folder among the temporary files.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
