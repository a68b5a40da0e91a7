package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import dev.backplane.launcher.deployer.assembly.Unsatisfied;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/** Has the framework wire what is installed, has it started, and says what the others miss. */
final class Resolution {
  /** So long it is not said that something is missing: it may be on its way. */
  static final Duration ON_ITS_WAY = Duration.ofMillis(1500);

  private final BundleContext context;
  private final Installed installed;
  private final Starts starts;
  private final Refusals refusals;
  private final Departures departures;
  private final Notices notices;

  Resolution(
      BundleContext context,
      Starts starts,
      Refusals refusals,
      Departures departures,
      Notices notices) {
    this.context = context;
    installed = new Installed(context);
    this.starts = starts;
    this.refusals = refusals;
    this.departures = departures;
    this.notices = notices;
  }

  /**
   * Resolves what fits and starts it, until nothing more fits: those that need each other come in
   * whatever their order.
   *
   * @param changing whether more is on its way, so that it is too early to complain
   * @param lately see {@link #mayStillResolve}
   * @return whether one has come in or turned out not to fit, so that the next look may let others
   *     go or come
   */
  boolean startThoseThatFit(Set<Guest> kept, boolean changing, Instant lately)
      throws InterruptedException {
    refusals.watchHanging();
    boolean changed = false;
    boolean more = kept.stream().anyMatch(this::isWaiting);
    while (more) {
      more = false;
      resolve();
      for (var guest : kept) {
        if (isWaiting(guest) && isResolved(guest)) {
          starts.start(guest);
          more = true;
          changed = true;
        }
      }
    }
    for (var guest : kept) {
      if (isWaiting(guest)) {
        changed |= guest.fresh;
        guest.fresh = false;
        if (guest.isFragment()) {
          attach(guest);
        }
        boolean mayStillResolve = mayStillResolve(guest, lately);
        changed |= mayStillResolve;
        tellWhatIsMissing(guest, changing || mayStillResolve);
      }
    }
    return changed;
  }

  /**
   * What it needs may have been dropped together with it, and be read at the next look.
   *
   * @param lately since when one has not waited long: the same for all questions of one look, so
   *     that one that is kept waiting also makes the look be followed by another
   */
  static boolean mayStillResolve(Guest guest, Instant lately) {
    return guest.waitingSince.isAfter(lately);
  }

  /** Resolves all there are, and starts those that had been waiting, too, for what has come. */
  private void resolve() throws InterruptedException {
    var waiting = Arrays.stream(context.getBundles()).filter(Resolution::isLeftOut).toList();
    context.getBundle(0).adapt(FrameworkWiring.class).resolveBundles(null);
    for (var bundle : waiting) {
      if (bundle.getState() == Bundle.RESOLVED) {
        Attempt.start(bundle).await(Starts.PROMPT);
      }
    }
  }

  private static boolean isLeftOut(Bundle bundle) {
    var level = bundle.adapt(BundleStartLevel.class);
    return bundle.getState() == Bundle.INSTALLED
        && !bundle.getLocation().startsWith(Guest.LOCATION)
        && level != null
        && level.isPersistentlyStarted();
  }

  private boolean isWaiting(Guest guest) {
    return guest.state == State.WAITING && guest.isInstalled();
  }

  private static boolean isResolved(Guest guest) {
    return guest.bundle != null && guest.bundle.getState() != Bundle.INSTALLED;
  }

  private void tellWhatIsMissing(Guest guest, boolean tooEarly) {
    if (!guest.reason.isEmpty() && guest.isFragment()) {
      return; // it waits for its host, and says so
    }
    long among = installed.fingerprint();
    if (guest.among != among) {
      guest.among = among;
      guest.reason =
          String.join("; ", new Unsatisfied(context).reasons(Objects.requireNonNull(guest.bundle)));
    }
    if (!tooEarly) {
      notices.say(
          "guest " + guest.symbolicName(), guest + " does not resolve and waits: " + guest.reason);
    }
  }

  /** A host that is resolved already takes a fragment in only when it is wired anew. */
  private void attach(Guest guest) throws InterruptedException {
    var host = guest.jar().map(PluginJar::host).orElse("");
    guest.reason = "";
    for (var bundle : installed.named(host)) {
      if (bundle.getState() == Bundle.INSTALLED || bundle.equals(guest.unfitHost)) {
        continue;
      }
      var users = departures.users(bundle);
      if (users.isEmpty()) {
        departures.refresh(bundle);
        if (isResolved(guest)) {
          starts.start(guest);
          return;
        }
        guest.unfitHost = bundle;
      } else {
        guest.reason =
            "it is attached to "
                + host
                + " as soon as that is not in use: "
                + String.join("; ", users);
        notices.say("guest " + guest.symbolicName(), guest + ": " + guest.reason);
      }
    }
  }
}
