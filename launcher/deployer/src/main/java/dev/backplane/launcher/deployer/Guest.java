package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.Plugin.State;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;

/** One bundle that should be in, and how far that has come. Only the deployer's thread uses it. */
final class Guest {
  /** Begins the location of each bundle that comes from the folder; its digest follows. */
  static final String LOCATION = "backplane-plugin:";

  private final String symbolicName;
  private final Version version;
  private final String location;
  private final Optional<PluginJar> jar;

  /** Installed; null while it is not. */
  @Nullable Bundle bundle;

  /** At work while it is started. */
  @Nullable Attempt attempt;

  /** What must go before it can come. */
  @Nullable Bundle obstacle;

  /** The host it was attached to in vain. */
  @Nullable Bundle unfitHost;

  /** Installed at this look: the next will tell whether it resolves. */
  boolean fresh;

  State state = State.WAITING;
  String reason = "";
  Instant waitingSince = Instant.now();

  /** The bundles among which it did not resolve, as one number. */
  long among;

  /** The names because of which it was refused. */
  Set<String> contested = Set.of();

  private Guest(String symbolicName, Version version, String location, Optional<PluginJar> jar) {
    this.symbolicName = symbolicName;
    this.version = version;
    this.location = location;
    this.jar = jar;
  }

  /** What a file of the folder holds. */
  static Guest of(PluginJar jar) {
    return new Guest(jar.symbolicName(), jar.version(), LOCATION + jar.digest(), Optional.of(jar));
  }

  /** What was there without the folder, and comes back when the folder has nothing newer. */
  static Guest original(Bundle bundle) {
    return new Guest(
        bundle.getSymbolicName(), bundle.getVersion(), bundle.getLocation(), Optional.empty());
  }

  String symbolicName() {
    return symbolicName;
  }

  Version version() {
    return version;
  }

  /** Where it comes from, for the framework: no two bundles share one. */
  String location() {
    return location;
  }

  Optional<PluginJar> jar() {
    return jar;
  }

  boolean isFragment() {
    return jar.isPresent() && jar.get().isFragment();
  }

  boolean isSingleton() {
    return jar.isPresent() && jar.get().isSingleton();
  }

  boolean isInstalled() {
    return bundle != null && bundle.getState() != Bundle.UNINSTALLED;
  }

  void become(State state, String reason) {
    this.state = state;
    this.reason = reason;
  }

  Bundle install(BundleContext context, Copies copies) throws BundleException, IOException {
    if (jar.isEmpty()) {
      return context.installBundle(location);
    }
    try (var bytes = copies.open(jar.get())) {
      return context.installBundle(location, bytes);
    }
  }

  @Override
  public String toString() {
    return symbolicName + " " + version;
  }
}
