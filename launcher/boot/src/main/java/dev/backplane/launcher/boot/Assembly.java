package dev.backplane.launcher.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** The bundles of a folder. Which of them fit this host is the resolver's decision. */
record Assembly(Path folder) {
  /**
   * The bundle that publishes the host's hardware: started first, as others depend on what it
   * finds.
   */
  private static final String PROBE = "dev.backplane.launcher.probe";

  /**
   * Installs every jar of the folder, then starts them. A bundle whose requirements nothing here
   * satisfies stays installed, marked to start as soon as something does.
   *
   * @return what the framework said of each bundle that did not resolve
   * @throws LaunchException when the folder cannot be read or a bundle that fits does not start
   */
  List<String> start(BundleContext framework) throws LaunchException {
    var bundles = new ArrayList<Bundle>();
    for (var jar : jars()) {
      try {
        // "reference:" leaves the jar where it is instead of copying it into the storage.
        bundles.add(framework.installBundle("reference:" + jar.toUri()));
      } catch (BundleException e) {
        throw new LaunchException("cannot install " + jar + ": " + e.getMessage(), e);
      }
    }
    var leftOut = new ArrayList<String>();
    for (var bundle : probeFirst(bundles)) {
      start(bundle).ifPresent(leftOut::add);
    }
    return leftOut;
  }

  private List<Path> jars() throws LaunchException {
    try (var files = Files.list(folder)) {
      var jars = files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw new LaunchException("no bundles in " + folder + "; build the assembly again");
      }
      return jars;
    } catch (IOException e) {
      throw new LaunchException("cannot read the assembly " + folder + " (" + e + ")", e);
    }
  }

  private static List<Bundle> probeFirst(List<Bundle> bundles) {
    var ordered = new ArrayList<Bundle>(bundles.size());
    bundles.stream().filter(b -> PROBE.equals(b.getSymbolicName())).forEach(ordered::add);
    bundles.stream().filter(b -> !PROBE.equals(b.getSymbolicName())).forEach(ordered::add);
    return ordered;
  }

  /** Starts one; what keeps it from resolving is an answer, any other failure is an error. */
  private static Optional<String> start(Bundle bundle) throws LaunchException {
    if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null) {
      return Optional.empty();
    }
    try {
      bundle.start(Bundle.START_ACTIVATION_POLICY);
      return Optional.empty();
    } catch (BundleException e) {
      if (e.getType() == BundleException.RESOLVE_ERROR) {
        return Optional.of(bundle.getSymbolicName() + " is left out: " + e.getMessage());
      }
      throw new LaunchException(
          bundle.getSymbolicName() + " " + bundle.getVersion() + " did not start: " + words(e), e);
    }
  }

  private static String words(BundleException e) {
    var cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : cause.toString();
  }
}
