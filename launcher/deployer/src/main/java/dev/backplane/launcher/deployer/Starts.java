package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Starts bundles, and looks at what they do then: throw, hang, register what they may not. */
final class Starts {
  /**
   * So long a bundle may take to start before it is refused, unless the property says otherwise.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** So long everybody waits for a bundle that starts: most take much less. */
  static final Duration PROMPT = Duration.ofSeconds(1);

  private final Installed installed;
  private final Duration patience;
  private final Doorkeeper doorkeeper;
  private final Optional<Complaints> complaints;
  private final Refusals refusals;
  private final Notices notices;

  Starts(
      BundleContext context,
      Doorkeeper doorkeeper,
      Optional<Complaints> complaints,
      Refusals refusals,
      Notices notices) {
    installed = new Installed(context);
    patience = patience(context);
    this.doorkeeper = doorkeeper;
    this.complaints = complaints;
    this.refusals = refusals;
    this.notices = notices;
  }

  private static Duration patience(BundleContext context) {
    var seconds = context.getProperty("backplane.plugins.patience");
    return seconds != null && seconds.matches("[1-9][0-9]{0,5}")
        ? Duration.ofSeconds(Long.parseLong(seconds))
        : PATIENCE;
  }

  /** Starts a bundle that is resolved, and waits a little for it. */
  void start(Guest guest) throws InterruptedException {
    if (guest.isFragment()) {
      isIn(guest, "is in, as a part of " + guest.jar().map(PluginJar::host).orElse(""));
      return;
    }
    var bundle = Objects.requireNonNull(guest.bundle);
    complaints.ifPresent(log -> log.forget(bundle));
    var attempt = Attempt.start(bundle);
    guest.attempt = attempt;
    guest.become(State.STARTING, "");
    attempt.await(PROMPT);
    settle(guest);
  }

  /** Asks whether a bundle has started by now. */
  void settle(Guest guest) throws InterruptedException {
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
      refusals.refuse(
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
    guest.become(State.IN, "");
    notices.say("guest " + guest.symbolicName(), "");
    notices.tell(guest + " " + words);
  }

  /** It may register something, or be uninstalled by somebody else, at any time. */
  void lookAgain(Guest guest) throws InterruptedException {
    if (!guest.isInstalled()) {
      guest.become(State.WAITING, "");
      return;
    }
    var bundle = Objects.requireNonNull(guest.bundle);
    var objection = doorkeeper.objection(bundle);
    if (objection.isPresent()) {
      var names = objection.get().names();
      var words = objection.get().words();
      refusals.refuse(guest, names.isEmpty() ? words + complaint(bundle) : words, names);
    } else if (guest.state == State.STARTING && offersNothingItDeclares(bundle)) {
      var complaint = complaint(bundle);
      if (!complaint.isEmpty()) {
        refusals.refuse(guest, "none of its components starts" + complaint, Set.of());
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
    refusals.refuseHanging(
        guest,
        "it has not started within "
            + patience.toSeconds()
            + " s; it is in "
            + where
            + ". It is interrupted, and what it registers stays hidden. Begin long work in a thread"
            + " of your own, mend it and drop it again");
  }
}
