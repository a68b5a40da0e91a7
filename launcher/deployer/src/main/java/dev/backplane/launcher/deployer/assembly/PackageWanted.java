package dev.backplane.launcher.deployer.assembly;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;

/**
 * A package that a bundle imports, read from the filter of its requirement.
 *
 * @param name of the package
 * @param versions it may have
 */
record PackageWanted(String name, VersionRange versions) {
  private static final Pattern NAME =
      Pattern.compile("\\(" + Pattern.quote(PackageNamespace.PACKAGE_NAMESPACE) + "=([^)]+)\\)");
  private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");
  private static final Pattern AT_MOST = Pattern.compile("\\(version<=([^)]+)\\)");
  private static final Pattern AT_LEAST = Pattern.compile("\\(version>=([^)]+)\\)");

  /** Reads a filter; empty where it is not one of an imported package. */
  static Optional<PackageWanted> of(String filter) {
    return first(NAME, filter).map(name -> new PackageWanted(name, versions(filter)));
  }

  private static VersionRange versions(String filter) {
    var below = first(BELOW, filter);
    var atMost = first(AT_MOST, filter);
    var atLeast = first(AT_LEAST, BELOW.matcher(filter).replaceAll(""));
    return new VersionRange(
        VersionRange.LEFT_CLOSED,
        atLeast.map(Version::parseVersion).orElse(Version.emptyVersion),
        below.or(() -> atMost).map(Version::parseVersion).orElse(null),
        below.isPresent() ? VersionRange.RIGHT_OPEN : VersionRange.RIGHT_CLOSED);
  }

  private static Optional<String> first(Pattern pattern, String text) {
    return pattern.matcher(text).results().findFirst().map((MatchResult found) -> found.group(1));
  }

  /** One who offers the package in some version. */
  private record Offered(String bundle, Version version) {}

  /** Why nothing here serves: in which versions the package is there, and what to do. */
  String missing(BundleContext context) {
    var wanted = "needs package " + name + versionWords();
    var offered = offered(context);
    if (offered.isEmpty()) {
      return wanted + ": nothing here provides it";
    }
    var here = new TreeSet<String>();
    offered.forEach(offer -> here.add(offer.version() + " of " + offer.bundle()));
    return wanted + "; here is " + String.join(", ", here) + advice(offered);
  }

  private String versionWords() {
    return versions.getLeft().equals(Version.emptyVersion) && versions.getRight() == null
        ? ""
        : " in version " + versions;
  }

  private String advice(List<Offered> offered) {
    var api = offered.stream().filter(o -> o.bundle().equals(Objections.API)).findFirst();
    if (api.isEmpty()) {
      return "";
    }
    var version = api.get().version();
    return version.compareTo(versions.getLeft()) < 0
        ? ": it was built for a newer API. Update Backplane, or take a build of it for "
            + version.getMajor()
            + "."
            + version.getMinor()
        : ": it was built for an older API. Take a newer build of it";
  }

  private List<Offered> offered(BundleContext context) {
    return Arrays.stream(context.getBundles())
        .map(bundle -> bundle.adapt(BundleRevision.class))
        .filter(Objects::nonNull)
        .flatMap(r -> r.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream())
        .filter(c -> name.equals(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
        .filter(c -> c.getAttributes().get(Constants.VERSION_ATTRIBUTE) instanceof Version)
        .map(
            c ->
                new Offered(
                    c.getRevision().getSymbolicName(),
                    (Version) c.getAttributes().get(Constants.VERSION_ATTRIBUTE)))
        .toList();
  }
}
