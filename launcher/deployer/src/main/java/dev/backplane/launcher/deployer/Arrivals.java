package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.ClaimedNames;
import dev.backplane.launcher.deployer.assembly.Judgement;
import dev.backplane.launcher.deployer.assembly.Objections;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * Lets bundles come in as far as they get alone: judged, and installed if nothing speaks against
 * it.
 */
final class Arrivals {
  private final BundleContext context;
  private final Installed installed;
  private final Copies copies;
  private final Doorkeeper doorkeeper;
  private final Starts starts;
  private final Refusals refusals;
  private final Notices notices;

  Arrivals(
      BundleContext context,
      Copies copies,
      Doorkeeper doorkeeper,
      Starts starts,
      Refusals refusals,
      Notices notices) {
    this.context = context;
    installed = new Installed(context);
    this.copies = copies;
    this.doorkeeper = doorkeeper;
    this.starts = starts;
    this.refusals = refusals;
    this.notices = notices;
  }

  /** Brings a guest as far as it gets without anybody else. */
  void come(Guest guest) throws InterruptedException {
    switch (guest.state) {
      case STARTING -> {
        starts.settle(guest);
        judgeAnew(guest);
      }
      case IN -> {
        starts.lookAgain(guest);
        judgeAnew(guest);
      }
      case REFUSED -> reconsider(guest);
      case WAITING, OLDER -> judgeAnew(guest);
      case LEAVING -> {
        if (guest.obstacle == null || guest.obstacle.getState() == Bundle.UNINSTALLED) {
          guest.obstacle = null;
          judge(guest);
        }
      }
      case IGNORED -> {}
    }
  }

  /** Somebody else may have uninstalled it meanwhile. */
  private void judgeAnew(Guest guest) throws InterruptedException {
    if ((guest.state == State.WAITING || guest.state == State.OLDER) && !guest.isInstalled()) {
      judge(guest);
    }
  }

  private void judge(Guest guest) throws InterruptedException {
    if (guest.jar().isPresent()) {
      var jar = guest.jar().get();
      var objections = new Objections(context);
      var lasting = objections.lasting(jar);
      if (!lasting.isEmpty()) {
        refusals.refuse(guest, String.join("; ", lasting), Set.of());
        return;
      }
      var taken = objections.names(jar);
      if (taken.isPresent()) {
        refusals.refuse(guest, taken.get(), jar.names());
        return;
      }
    }
    var newer =
        installed
            .withoutTheFolder(guest)
            .filter(b -> b.getVersion().compareTo(guest.version()) > 0);
    if (newer.isPresent()) {
      guest.become(State.OLDER, newer.get().getVersion() + " is here without the folder");
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
    guest.become(State.LEAVING, why + ", and it comes in its place as soon as no job uses that");
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
      guest.become(State.WAITING, "");
    } catch (BundleException | IOException e) {
      refusals.refuse(guest, "it cannot be installed: " + innermost(e).getMessage(), Set.of());
    }
  }

  private static Throwable innermost(Throwable e) {
    return e.getCause() == null ? e : innermost(e.getCause());
  }

  /** The name it was refused for may be free by now. */
  private void reconsider(Guest guest) throws InterruptedException {
    if (guest.contested.isEmpty() || guest.isInstalled()) {
      return;
    }
    var claimed = ClaimedNames.registered(context, context.getBundle());
    if (Objections.duplicates(guest.symbolicName(), guest.contested, claimed).isEmpty()) {
      guest.contested = Set.of();
      guest.become(State.WAITING, "");
      judge(guest);
    }
  }

  /** Says of the rest which one serves instead. */
  void older(List<Guest> rest, Guest serving) {
    for (var guest : rest) {
      if (!guest.isInstalled() && guest.state != State.REFUSED) {
        guest.become(State.OLDER, serving.version() + " serves");
      }
    }
  }
}
