package dev.backplane.integration.swap.driver;

import dev.backplane.Backplane;
import dev.backplane.backend.DeviceInfo;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;

/** Two versions of a backend that take turns while requests are served. */
final class Swaps {
  private static final int TIMES = 6;
  private static final long REQUESTS = 50;

  private final Bundles bundles;
  private final Backplane backplane;
  private final String recipe;
  private final String device;
  private final List<String> complaints = new ArrayList<>();

  Swaps(Bundles bundles, Backplane backplane, String recipe, String device) {
    this.bundles = bundles;
    this.backplane = backplane;
    this.recipe = recipe;
    this.device = device;
  }

  /** The new version comes beside the old, which goes when no job uses it: nothing fails. */
  List<String> beside(Path one, Path other) throws Exception {
    var loaders = new ArrayList<WeakReference<ClassLoader>>();
    var old = install(one);
    try (var requests = new Requests(backplane, recipe, device)) {
      for (int i = 0; i < TIMES; i++) {
        requests.await(REQUESTS);
        var fresh = install(i % 2 == 0 ? other : one);
        requests.await(REQUESTS);
        awaitUnused(old);
        loaders.add(new WeakReference<>(Bundles.loader(old)));
        bundles.remove(old);
        old = fresh;
      }
      requests.await(REQUESTS);
      for (var failure : requests.failures()) {
        failure.printStackTrace(System.out);
        complaints.add("a request failed: " + failure);
      }
      System.out.println("served " + requests.served());
    }
    loaders.add(new WeakReference<>(Bundles.loader(old)));
    bundles.remove(old);
    old = null;
    requireCollected(loaders);
    return complaints;
  }

  private Bundle install(Path jar) throws Exception {
    var bundle = bundles.install(jar);
    Work.await(backplane, recipe, device);
    return bundle;
  }

  private void awaitUnused(Bundle bundle) throws InterruptedException {
    var name = bundle.getSymbolicName();
    var version = bundle.getVersion().toString();
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (backplane.jobs().stream().anyMatch(job -> job.uses(name, version))) {
      if (System.nanoTime() > deadline) {
        complaints.add("still in use: " + backplane.jobs());
        return;
      }
      Thread.sleep(1);
    }
  }

  /** It just goes, and comes again: what fails says that the device is lost, and nothing else. */
  List<String> removed(Path jar) throws Exception {
    var loaders = new ArrayList<WeakReference<ClassLoader>>();
    var bundle = install(jar);
    try (var requests = new Requests(backplane, recipe, device)) {
      int losses = 0;
      for (int i = 0; i < TIMES; i++) {
        requests.await(REQUESTS);
        loaders.add(new WeakReference<>(Bundles.loader(bundle)));
        bundles.remove(bundle);
        Thread.sleep(20);
        bundle = install(jar);
        for (var failure : requests.failures()) {
          losses++;
          if (!Requests.isLoss(failure)) {
            failure.printStackTrace(System.out);
            complaints.add("a request failed otherwise: " + failure);
          }
        }
      }
      requests.await(REQUESTS);
      System.out.println("served " + requests.served() + ", lost " + losses);
      if (losses == 0) {
        complaints.add("no request was lost: nothing was under way");
      }
    }
    bundles.remove(bundle);
    requireCollected(loaders);
    return complaints;
  }

  /** Another build of the native library cannot take the place of the one that is mapped. */
  List<String> otherNative(Path one, Path other) throws Exception {
    var bundle = install(one);
    var before = Work.run(backplane, recipe, device, 10);
    bundles.remove(bundle);
    var refused = install(other);
    System.out.println("refused: " + info().usable() + ", " + info().reason());
    bundles.remove(refused);
    bundle = install(one);
    System.out.println("again: " + info().usable() + ", " + info().reason());
    if (!Work.run(backplane, recipe, device, 10).equals(before)) {
      complaints.add("other results than before");
    }
    bundles.remove(bundle);
    return complaints;
  }

  /** That other build in a process of its own: it works there. */
  List<String> alone(Path jar) throws Exception {
    var bundle = install(jar);
    System.out.println("alone: " + info().usable() + ", " + info().reason());
    Work.run(backplane, recipe, device, 10);
    bundles.remove(bundle);
    return complaints;
  }

  private DeviceInfo info() {
    return backplane.devices().stream()
        .filter(found -> found.id().equals(device))
        .findFirst()
        .orElseThrow();
  }

  private void requireCollected(List<WeakReference<ClassLoader>> loaders)
      throws InterruptedException {
    int alive = Bundles.awaitCollection(loaders);
    if (alive > 0) {
      complaints.add(alive + " class loaders alive");
    }
  }
}
