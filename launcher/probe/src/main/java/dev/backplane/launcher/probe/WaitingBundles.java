package dev.backplane.launcher.probe;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Bundles that somebody started when what they need was not there yet. A framework refuses such a
 * start, remembers that it was asked for, and does not try again when the missing bundle comes;
 * this does, so that Backplane's bundles can be installed and started in any order.
 *
 * <p>It concerns bundles that use Backplane (its packages, or hardware as a capability) and those
 * they are wired to, such as an implementation of Declarative Services. A host's other bundles are
 * neither resolved nor started, nor is a bundle that has stopped since it was resolved, by whomever
 * or by a failure of its own.
 */
final class WaitingBundles implements SynchronousBundleListener {
  private static final System.Logger LOGGER = System.getLogger(WaitingBundles.class.getName());
  private static final String OUR_PACKAGES =
      "(" + PackageNamespace.PACKAGE_NAMESPACE + "=dev.backplane";

  private final BundleContext framework;
  private final Set<Long> stopped = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean planned = new AtomicBoolean();

  WaitingBundles(BundleContext framework) {
    this.framework = framework;
  }

  /** Remembers what stops; when a bundle comes or changes, looks later who has waited for it. */
  @Override
  public void bundleChanged(BundleEvent event) {
    var id = event.getBundle().getBundleId();
    if (DeviceBundles.isDevice(event.getBundle())) {
      return; // the probe's own: it looks by itself, when it has installed all of them
    }
    switch (event.getType()) {
      case BundleEvent.STOPPED -> stopped.add(id);
      case BundleEvent.RESOLVED, BundleEvent.UNRESOLVED, BundleEvent.UNINSTALLED ->
          stopped.remove(id);
      case BundleEvent.INSTALLED, BundleEvent.UPDATED -> startLater();
      default -> {}
    }
  }

  /** On a thread of its own: whoever installs a bundle does not wait for others to start. */
  private void startLater() {
    if (planned.compareAndSet(false, true)) {
      Thread.ofPlatform()
          .daemon()
          .name("backplane-waiting-bundles")
          .start(
              () -> {
                planned.set(false);
                try {
                  startThem();
                } catch (IllegalStateException e) {
                  // The probe stopped meanwhile: its context is no longer valid.
                  LOGGER.log(Level.DEBUG, "no longer looking for bundles that wait", e);
                }
              });
    }
  }

  /** Resolves and starts those that can be by now. */
  synchronized void startThem() {
    var system = framework.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    if (system.getState() == Bundle.STOPPING) {
      return;
    }
    int level = system.adapt(FrameworkStartLevel.class).getStartLevel();
    var bundles = List.of(framework.getBundles());
    var unresolved =
        bundles.stream()
            .filter(b -> b.getState() == Bundle.INSTALLED && isAsked(b, level) && usesBackplane(b))
            .toList();
    if (!unresolved.isEmpty()) {
      system.adapt(FrameworkWiring.class).resolveBundles(unresolved);
    }
    if (bundles.stream().anyMatch(b -> isWaiting(b, level))) {
      usersAndTheirProviders(bundles).stream()
          .filter(b -> isWaiting(b, level))
          .forEach(WaitingBundles::start);
    }
  }

  private boolean isWaiting(Bundle bundle, int level) {
    return bundle.getState() == Bundle.RESOLVED
        && !stopped.contains(bundle.getBundleId())
        && isAsked(bundle, level);
  }

  /** Whether somebody started it, and the framework has reached the level where it may start. */
  private static boolean isAsked(Bundle bundle, int level) {
    try {
      var its = bundle.adapt(BundleStartLevel.class);
      return its != null && its.isPersistentlyStarted() && its.getStartLevel() <= level;
    } catch (IllegalStateException e) {
      return false; // uninstalled meanwhile
    }
  }

  private static boolean usesBackplane(Bundle bundle) {
    var revision = bundle.adapt(BundleRevision.class);
    return revision != null
        && revision.getDeclaredRequirements(null).stream()
            .anyMatch(
                r ->
                    r.getNamespace().equals(Hardware.NAMESPACE)
                        || r.getDirectives()
                            .getOrDefault(Constants.FILTER_DIRECTIVE, "")
                            .contains(OUR_PACKAGES));
  }

  /** Providers first: a bundle starts better when what it is wired to is at work. */
  private static List<Bundle> usersAndTheirProviders(List<Bundle> bundles) {
    var open = new ArrayDeque<>(bundles.stream().filter(WaitingBundles::usesBackplane).toList());
    var seen = new HashSet<>(open);
    var found = new ArrayList<Bundle>();
    while (!open.isEmpty()) {
      var bundle = open.remove();
      found.add(bundle);
      var wiring = bundle.adapt(BundleWiring.class);
      if (wiring != null && wiring.isInUse()) {
        for (var wire : wiring.getRequiredWires(null)) {
          var provider = wire.getProvider().getBundle();
          if (seen.add(provider)) {
            open.add(provider);
          }
        }
      }
    }
    return found.reversed();
  }

  private static void start(Bundle bundle) {
    try {
      boolean policy = bundle.adapt(BundleStartLevel.class).isActivationPolicyUsed();
      bundle.start(
          policy
              ? Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY
              : Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      // One bundle that fails must not keep the others from starting.
      LOGGER.log(
          Level.ERROR,
          bundle.getSymbolicName() + " did not start when what it waited for was there",
          e);
    } catch (IllegalStateException e) {
      LOGGER.log(Level.DEBUG, bundle + " was uninstalled while it waited", e);
    }
  }
}
