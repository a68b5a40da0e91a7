package dev.backplane.launcher.deployer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The bundles of the framework, as the deployer asks for them. */
record Installed(BundleContext context) {
  List<Bundle> named(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .toList();
  }

  /** What is there under a guest's name and did not come from the folder. */
  Optional<Bundle> withoutTheFolder(Guest guest) {
    return named(guest.symbolicName()).stream()
        .filter(bundle -> !bundle.getLocation().startsWith(Guest.LOCATION))
        .findFirst();
  }

  /** The same where it is older. */
  Optional<Bundle> olderWithoutTheFolder(Guest guest) {
    return withoutTheFolder(guest)
        .filter(bundle -> bundle.getVersion().compareTo(guest.version()) < 0);
  }

  /** The other versions of a guest that are there. */
  List<String> otherVersions(Guest guest) {
    return named(guest.symbolicName()).stream()
        .filter(bundle -> !bundle.equals(guest.bundle))
        .map(bundle -> bundle.getVersion().toString())
        .sorted()
        .toList();
  }

  /** Everything that came from the folder, in this process or in an earlier one. */
  List<Bundle> fromTheFolder() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> bundle.getLocation().startsWith(Guest.LOCATION))
        .toList();
  }

  boolean isNewest(Guest guest) {
    return named(guest.symbolicName()).stream()
        .allMatch(bundle -> bundle.getVersion().compareTo(guest.version()) <= 0);
  }

  /** Which bundles there are and whether they are resolved, as one number: it changes with them. */
  long fingerprint() {
    long number = 1;
    for (var bundle : context.getBundles()) {
      number = 31 * number + bundle.getBundleId();
      number = 31 * number + bundle.getLastModified();
      number = 31 * number + (bundle.getState() == Bundle.INSTALLED ? 1 : 0);
    }
    return number;
  }
}
