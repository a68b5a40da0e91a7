package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.ClaimedNames;
import dev.backplane.launcher.deployer.assembly.Judgement;
import dev.backplane.launcher.deployer.assembly.Objections;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import dev.backplane.launcher.deployer.assembly.Unsatisfied;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/** Lets bundles come in, step by step: judged, installed, resolved, started, looked at again. */
final class Arrivals {
  /**
   * So long a bundle may take to start before it is refused, unless the property says otherwise.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** So long everybody waits for a bundle that starts: most take much less. */
  private static final Duration PROMPT = Duration.ofSeconds(1);

  /** So long it is not said that something is missing: it may be on its way. */
  static final Duration ON_ITS_WAY = Duration.ofMillis(1500);

  private final BundleContext context;
  private final Installed installed;
  private final Duration patience;
  private final Copies copies;
  private final Doorkeeper doorkeeper;
  private final Optional<Complaints> complaints;
  private final Departures departures;
  private final Notices notices;
  private final List<Guest> hanging = new ArrayList<>();

  Arrivals(
      BundleContext context,
      Copies copies,
      Doorkeeper doorkeeper,
      Optional<Complaints> complaints,
      Departures departures,
      Notices notices) {
    this.context = context;
    patience = patience(context);
    installed = new Installed(context);
    this.copies = copies;
    this.doorkeeper = doorkeeper;
    this.complaints = complaints;
    this.departures = departures;
    this.notices = notices;
  }

  private static Duration patience(BundleContext context) {
    var seconds = context.getProperty("backplane.plugins.patience");
    return seconds != null && seconds.matches("[1-9][0-9]{0,5}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : PATIENCE;
  }

  /** Brings a guest as far as it gets without anybody else. */
  void come(Guest guest) throws InterruptedException {
    switch (guest.state) {
      case STARTING -> settle(guest);
      case IN -> lookAgain(guest);
      case REFUSED -> reconsider(guest);
      case WAITING, OLDER -> {
        if (!guest.isInstalled()) {
          judge(guest);
        }
      }
      case LEAVING -> {
        if (guest.obstacle == null || guest.obstacle.getState() == Bundle.UNINSTALLED) {
          guest.obstacle = null;
          judge(guest);
        }
      }
      case IGNORED -> {}
    }
  }

  private void judge(Guest guest) throws InterruptedException {
    if (guest.jar().isPresent()) {
      var jar = guest.jar().get();
      var objections = new Objections(context);
      var lasting = objections.lasting(jar);
      if (!lasting.isEmpty()) {
        refuse(guest, String.join("; ", lasting), Set.of());
        return;
      }
      var taken = objections.names(jar);
      if (taken.isPresent()) {
        refuse(guest, taken.get(), jar.names());
        return;
      }
    }
    var newer =
        installed
            .withoutTheFolder(guest)
            .filter(b -> b.getVersion().compareTo(guest.version()) > 0);
    if (newer.isPresent()) {
      state(guest, State.OLDER, newer.get().getVersion() + " is here without the folder");
      return;
    }
    var obstacle = obstacle(guest);
    if (obstacle.isPresent()) {
      replaceInPlace(guest, obstacle.get());
    } else {
      install(guest);
    }
  }

  /**
   * What is in the way: only one of a name and version can be there, and of a singleton only one.
   */
  private Optional<Bundle> obstacle(Guest guest) {
    return installed.named(guest.symbolicName()).stream()
        .filter(
            bundle ->
                bundle.getVersion().equals(guest.version())
                    || (guest.isSingleton() && bundle.getState() != Bundle.INSTALLED))
        .filter(bundle -> !bundle.getLocation().equals(guest.location()))
        .findFirst();
  }

  private void replaceInPlace(Guest guest, Bundle obstacle) {
    if (!fits(guest)) {
      return;
    }
    guest.obstacle = obstacle;
    var why =
        obstacle.getVersion().equals(guest.version())
            ? "the same version is there with other content"
            : "only one version of it can be there, as it is a singleton";
    state(guest, State.LEAVING, why + ", and it comes in its place as soon as no job uses that");
    notices.say(
        "in place " + guest,
        guest
            + ": "
            + why
            + ". It is replaced in place as soon as no job uses it; with another Bundle-Version"
            + (guest.isSingleton() ? " and without singleton:=true" : "")
            + " both would be there side by side");
  }

  /** What is there goes only for something that resolves in its place. */
  private boolean fits(Guest guest) {
    if (guest.jar().isEmpty()) {
      return true;
    }
    long among = installed.fingerprint();
    if (guest.among == among) {
      return guest.reason.isEmpty();
    }
    guest.among = among;
    try {
      var judgement = Judgement.of(context, guest.jar().get(), Optional.empty());
      guest.reason = String.join("; ", judgement.reasons());
    } catch (BundleException | IOException e) {
      guest.reason = String.valueOf(innermost(e).getMessage());
    }
    if (!guest.reason.isEmpty()) {
      notices.say(
          "guest " + guest.symbolicName(),
          guest + " does not resolve, so what it would replace stays: " + guest.reason);
    }
    return guest.reason.isEmpty();
  }

  private void install(Guest guest) throws InterruptedException {
    try {
      var bundle = guest.install(context, copies);
      guest.bundle = bundle;
      if (guest.jar().isPresent()) {
        doorkeeper.expect(bundle);
      }
      guest.waitingSince = Instant.now();
      guest.fresh = true;
      state(guest, State.WAITING, "");
    } catch (BundleException | IOException e) {
      refuse(guest, "it cannot be installed: " + innermost(e).getMessage(), Set.of());
    }
  }

  private static Throwable innermost(Throwable e) {
    return e.getCause() == null ? e : innermost(e.getCause());
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
    watchHanging();
    boolean changed = false;
    boolean more = kept.stream().anyMatch(this::isWaiting);
    while (more) {
      more = false;
      resolve();
      for (var guest : kept) {
        if (isWaiting(guest) && isResolved(guest)) {
          start(guest);
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
    var waiting = Arrays.stream(context.getBundles()).filter(Arrivals::isLeftOut).toList();
    wiring().resolveBundles(null);
    for (var bundle : waiting) {
      if (bundle.getState() == Bundle.RESOLVED) {
        Attempt.start(bundle).await(PROMPT);
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

  private void start(Guest guest) throws InterruptedException {
    if (guest.isFragment()) {
      isIn(guest, "is in, as a part of " + guest.jar().map(PluginJar::host).orElse(""));
      return;
    }
    var bundle = Objects.requireNonNull(guest.bundle);
    complaints.ifPresent(log -> log.forget(bundle));
    var attempt = Attempt.start(bundle);
    guest.attempt = attempt;
    state(guest, State.STARTING, "");
    attempt.await(PROMPT);
    settle(guest);
  }

  private void settle(Guest guest) throws InterruptedException {
    var attempt = Objects.requireNonNull(guest.attempt);
    if (!attempt.hasEnded()) {
      if (attempt.isOlderThan(patience)) {
        hangs(guest, attempt);
      }
      return;
    }
    guest.attempt = null;
    var failure = attempt.failure();
    if (failure.isPresent()) {
      refuse(
          guest,
          "it throws when it starts: " + failure.get() + ". Mend it and drop it again",
          Set.of());
      return;
    }
    lookAgain(guest);
    if (guest.state == State.STARTING) {
      var others = installed.otherVersions(guest);
      isIn(
          guest,
          others.isEmpty()
              ? "is in: new jobs can use it"
              : "is in beside "
                  + String.join(", ", others)
                  + (installed.isNewest(guest)
                      ? ": new jobs use it"
                      : ": new jobs use it when the newer is gone"));
    }
  }

  private void isIn(Guest guest, String words) {
    state(guest, State.IN, "");
    notices.say("guest " + guest.symbolicName(), "");
    notices.tell(guest + " " + words);
  }

  /** It may register something, or be uninstalled by somebody else, at any time. */
  private void lookAgain(Guest guest) throws InterruptedException {
    if (!guest.isInstalled()) {
      state(guest, State.WAITING, "");
      judge(guest);
      return;
    }
    var bundle = Objects.requireNonNull(guest.bundle);
    var objection = doorkeeper.objection(bundle);
    if (objection.isPresent()) {
      var names = objection.get().names();
      var words = objection.get().words();
      refuse(guest, names.isEmpty() ? words + complaint(bundle) : words, names);
    } else if (guest.state == State.STARTING && offersNothingItDeclares(bundle)) {
      var complaint = complaint(bundle);
      if (!complaint.isEmpty()) {
        refuse(guest, "none of its components starts" + complaint, Set.of());
      }
    }
  }

  /** Components may wait for something they need: that alone is no fault. */
  private static boolean offersNothingItDeclares(Bundle bundle) {
    return bundle.getHeaders("").get("Service-Component") != null
        && bundle.getRegisteredServices() == null;
  }

  private String complaint(Bundle bundle) throws InterruptedException {
    return complaints.isEmpty()
        ? ""
        : complaints
            .get()
            .about(bundle)
            .map(words -> ": " + words + ". Mend it and drop it again")
            .orElse("");
  }

  private void hangs(Guest guest, Attempt attempt) throws InterruptedException {
    var where = attempt.where();
    doorkeeper.shut(Objects.requireNonNull(guest.bundle), "it hangs");
    attempt.interrupt();
    hanging.add(guest);
    state(guest, State.REFUSED, "");
    refuse(
        guest,
        "it has not started within "
            + patience.toSeconds()
            + " s; it is in "
            + where
            + ". It is interrupted, and what it registers stays hidden. Begin long work in a thread"
            + " of your own, mend it and drop it again",
        Set.of());
  }

  /** Code that hung and now has ended lets its bundle go. */
  private void watchHanging() throws InterruptedException {
    for (var guest : List.copyOf(hanging)) {
      if (guest.attempt == null || guest.attempt.hasEnded()) {
        hanging.remove(guest);
        guest.attempt = null;
        if (guest.isInstalled()) {
          departures.takeOut(Objects.requireNonNull(guest.bundle));
        }
      }
    }
  }

  private void refuse(Guest guest, String why, Set<String> contested) throws InterruptedException {
    state(guest, State.REFUSED, why);
    guest.contested = contested;
    notices.say("guest " + guest.symbolicName(), guest + " is refused: " + why);
    // What hangs is out of reach until its own code ends.
    if (guest.isInstalled() && !hanging.contains(guest)) {
      departures.takeOut(Objects.requireNonNull(guest.bundle));
    }
  }

  /** The name it was refused for may be free by now. */
  private void reconsider(Guest guest) throws InterruptedException {
    if (guest.contested.isEmpty() || guest.isInstalled()) {
      return;
    }
    var claimed = ClaimedNames.registered(context, context.getBundle());
    if (Objections.duplicates(guest.symbolicName(), guest.contested, claimed).isEmpty()) {
      guest.contested = Set.of();
      state(guest, State.WAITING, "");
      judge(guest);
    }
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
          start(guest);
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

  /** Says of the rest which one serves instead. */
  void older(List<Guest> rest, Guest serving) {
    for (var guest : rest) {
      if (!guest.isInstalled() && guest.state != State.REFUSED) {
        state(guest, State.OLDER, serving.version() + " serves");
      }
    }
  }

  private static void state(Guest guest, State state, String reason) {
    guest.state = state;
    guest.reason = reason;
  }

  private FrameworkWiring wiring() {
    return context.getBundle(0).adapt(FrameworkWiring.class);
  }
}
