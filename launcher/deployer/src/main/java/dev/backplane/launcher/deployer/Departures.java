package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.assembly.Objections;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Lets bundles go: each as soon as no job uses it or what is wired to it, and then it and nothing
 * else is refreshed.
 */
final class Departures {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BundleContext context;
  private final Usage usage;
  private final Doorkeeper doorkeeper;
  private final Notices notices;
  private final Map<Bundle, String> waiting = new LinkedHashMap<>();
  private final Map<Bundle, Attempt> stopping = new HashMap<>();

  Departures(BundleContext context, Usage usage, Doorkeeper doorkeeper, Notices notices) {
    this.context = context;
    this.usage = usage;
    this.doorkeeper = doorkeeper;
    this.notices = notices;
  }

  /**
   * A bundle that should go.
   *
   * @param bundle which
   * @param why in words
   */
  record Leaving(Bundle bundle, String why) {}

  /** Those that should go and are still in use, with the reason. */
  Map<Bundle, String> waiting() {
    return waiting;
  }

  /**
   * Lets those go whom nobody uses.
   *
   * @param originals takes in what was there without the folder
   * @return whether one has gone, so that another may come
   */
  boolean see(List<Leaving> leaving, Map<String, Guest> originals) throws InterruptedException {
    waiting.keySet().removeIf(bundle -> leaving.stream().noneMatch(l -> l.bundle().equals(bundle)));
    boolean gone = false;
    for (var one : leaving) {
      var bundle = one.bundle();
      if (bundle.getState() == Bundle.UNINSTALLED || isStopping(bundle)) {
        continue;
      }
      var stays = Objections.reasonToStay(bundle);
      if (stays.isPresent()) {
        waits(one, "stays until the process ends: " + stays.get());
        continue;
      }
      var users = usage.of(closure(bundle));
      if (!users.isEmpty()) {
        waits(one, users);
      } else if (goes(one, originals)) {
        gone = true;
      }
    }
    return gone;
  }

  /** Whether its code still hangs where it hung when it was stopped. */
  private boolean isStopping(Bundle bundle) {
    stopping.values().removeIf(Attempt::hasEnded);
    return stopping.containsKey(bundle);
  }

  private void waits(Leaving one, List<String> users) {
    waits(
        one,
        "leaves " + one.why() + " when it is not in use any more: " + String.join("; ", users));
  }

  private void waits(Leaving one, String reason) {
    waiting.put(one.bundle(), reason);
    notices.say("leaving " + one.bundle(), name(one.bundle()) + " " + reason);
  }

  private boolean goes(Leaving one, Map<String, Guest> originals) throws InterruptedException {
    var bundle = one.bundle();
    if (!stop(bundle)) {
      return false;
    }
    // A job may have begun with it between the look and the stop.
    var users = usage.of(closure(bundle));
    if (!users.isEmpty()) {
      waits(one, users);
      return false;
    }
    if (!bundle.getLocation().startsWith(Guest.LOCATION)) {
      originals.putIfAbsent(bundle.getSymbolicName(), Guest.original(bundle));
    }
    waiting.remove(bundle);
    if (uninstall(bundle)) {
      notices.say("leaving " + bundle, "");
      notices.tell(name(bundle) + " is gone, " + one.why());
      return true;
    }
    return false;
  }

  private static String name(Bundle bundle) {
    return bundle.getSymbolicName() + " " + bundle.getVersion();
  }

  /** The bundle and all that must be wired anew when it goes. */
  Collection<Bundle> closure(Bundle bundle) {
    return wiring().getDependencyClosure(Set.of(bundle));
  }

  /** Which jobs must end before a bundle can be wired anew. */
  List<String> users(Bundle bundle) {
    return usage.of(closure(bundle));
  }

  private FrameworkWiring wiring() {
    return context.getBundle(0).adapt(FrameworkWiring.class);
  }

  /** False where its own code does not let it stop. */
  private boolean stop(Bundle bundle) throws InterruptedException {
    if ((bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING)) == 0) {
      return true;
    }
    var attempt = Attempt.stop(bundle);
    if (!attempt.await(PATIENCE)) {
      stopping.put(bundle, attempt);
      attempt.interrupt();
      var reason =
          "hangs while it stops, in "
              + attempt.where()
              + ": nothing waits for it, but it keeps its memory and threads until the process"
              + " ends";
      waiting.put(bundle, reason);
      notices.say("leaving " + bundle, name(bundle) + " " + reason);
      return false;
    }
    attempt
        .failure()
        .ifPresent(
            words ->
                notices.say("stop " + bundle, name(bundle) + " threw while it stopped: " + words));
    return true;
  }

  /** Takes out what should never have been in, without asking who uses it. */
  void takeOut(Bundle bundle) throws InterruptedException {
    if (stop(bundle)) {
      uninstall(bundle);
    }
  }

  private boolean uninstall(Bundle bundle) throws InterruptedException {
    try {
      bundle.uninstall();
    } catch (BundleException e) {
      notices.say("leaving " + bundle, name(bundle) + " cannot be uninstalled: " + e.getMessage());
      return false;
    } catch (IllegalStateException e) {
      // Somebody else has uninstalled it meanwhile.
    }
    doorkeeper.forget(bundle);
    refresh(bundle);
    return true;
  }

  /** Wires anew what was wired to a bundle, and waits for it: a while, as foreign code restarts. */
  void refresh(Bundle bundle) throws InterruptedException {
    var done = new CountDownLatch(1);
    wiring().refreshBundles(List.of(bundle), _ -> done.countDown());
    if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      notices.say(
          "refresh " + bundle, "what used " + name(bundle) + " takes long to restart without it");
    }
  }
}
