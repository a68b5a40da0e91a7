package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Bundles that may not be in, and why. */
final class Refusals {
  private final Departures departures;
  private final Notices notices;
  private final List<Guest> hanging = new ArrayList<>();

  Refusals(Departures departures, Notices notices) {
    this.departures = departures;
    this.notices = notices;
  }

  /**
   * Refuses a bundle, and takes it out if it is in.
   *
   * @param contested the names because of which it is refused: it is tried again when they are free
   */
  void refuse(Guest guest, String why, Set<String> contested) throws InterruptedException {
    guest.become(State.REFUSED, why);
    guest.contested = contested;
    notices.say("guest " + guest.symbolicName(), guest + " is refused: " + why);
    // What hangs is out of reach until its own code ends.
    if (guest.isInstalled() && !hanging.contains(guest)) {
      departures.takeOut(Objects.requireNonNull(guest.bundle));
    }
  }

  /** Refuses a bundle whose code has not ended: it stays until that does. */
  void refuseHanging(Guest guest, String why) throws InterruptedException {
    hanging.add(guest);
    refuse(guest, why, Set.of());
  }

  /** Code that hung and now has ended lets its bundle go. */
  void watchHanging() throws InterruptedException {
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
}
