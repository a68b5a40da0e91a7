package dev.backplane.integration.swap.driver;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * What a deployer does to bundles.
 *
 * @param context of the driver
 */
record Bundles(BundleContext context) {
  private static final long PATIENCE_SECONDS = 120;

  Bundle install(Path jar) throws BundleException, IOException {
    try (var in = Files.newInputStream(jar)) {
      var bundle = context.installBundle("test:" + jar.getFileName(), in);
      bundle.start();
      return bundle;
    }
  }

  void update(Bundle bundle, Path jar) throws Exception {
    try (var in = Files.newInputStream(jar)) {
      bundle.update(in);
    }
    refresh(bundle);
  }

  void remove(Bundle bundle) throws Exception {
    bundle.stop();
    bundle.uninstall();
    refresh(bundle);
  }

  /** Refreshes it and nothing else. */
  private void refresh(Bundle bundle) throws InterruptedException {
    var done = new CountDownLatch(1);
    var wiring = context.getBundle(0).adapt(FrameworkWiring.class);
    Collection<Bundle> closure = wiring.getDependencyClosure(List.of(bundle));
    if (closure.size() != 1) {
      throw new IllegalStateException("a refresh would take along " + closure);
    }
    wiring.refreshBundles(List.of(bundle), _ -> done.countDown());
    if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the refresh did not end");
    }
  }

  static ClassLoader loader(Bundle bundle) {
    return bundle.adapt(BundleWiring.class).getClassLoader();
  }

  /** Waits until class loaders are gone; gives how many are not. */
  static int awaitCollection(List<WeakReference<ClassLoader>> loaders) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      System.gc();
      loaders.removeIf(loader -> loader.get() == null);
      if (loaders.isEmpty() || System.nanoTime() > deadline) {
        return loaders.size();
      }
      Thread.sleep(20);
    }
  }
}
