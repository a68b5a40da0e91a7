package dev.backplane.launcher.deployer.assembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * What speaks against taking a bundle into a running process, whether or not it resolves. Each
 * objection says what, why, and what to do.
 *
 * @param context any bundle's context of the framework that would take it
 */
public record Objections(BundleContext context) {
  /** Symbolic name of the bundle every other one is built on. */
  static final String API = "dev.backplane.api";

  /**
   * The header of a bundle that is neither replaced nor taken out while the process lives, such as
   * one that keeps native libraries which can be loaded only once. Its value says why.
   */
  public static final String STAYS = "Backplane-Stays";

  /** What a process cannot go on without: replacing one of these replaces everything. */
  private static final Set<String> KEPT =
      Set.of(
          API,
          "dev.backplane.runtime",
          "dev.backplane.launcher.deployer",
          "dev.backplane.launcher.cli");

  /**
   * Everything that speaks against a bundle; empty if nothing does.
   *
   * @param jar the bundle
   */
  public List<String> to(PluginJar jar) {
    var objections = new ArrayList<>(lasting(jar));
    names(jar).ifPresent(objections::add);
    return objections;
  }

  /**
   * What will speak against it for as long as the process lives.
   *
   * @param jar the bundle
   */
  public List<String> lasting(PluginJar jar) {
    var objections = new ArrayList<String>();
    if (jar.isFragment()) {
      restarts(jar.host()).ifPresent(what -> objections.add(fragment(jar, what)));
    }
    var restart = restarts(jar.symbolicName());
    restart.ifPresent(what -> objections.add(replacement(jar, what)));
    staying(jar).ifPresent(objections::add);
    if (restart.isEmpty()) {
      apiPackages(jar).ifPresent(objections::add);
    }
    return objections;
  }

  /** What would go down with a bundle, if that is something the process needs. */
  private Optional<String> restarts(String symbolicName) {
    if (symbolicName.equals(Constants.SYSTEM_BUNDLE_SYMBOLICNAME)
        || symbolicName.equals(context.getBundle(0).getSymbolicName())) {
      return Optional.of("the framework");
    }
    var installed = named(symbolicName);
    if (installed.isEmpty()) {
      return Optional.empty();
    }
    var closure = context.getBundle(0).adapt(FrameworkWiring.class).getDependencyClosure(installed);
    var needed =
        closure.stream()
            .filter(bundle -> bundle.getBundleId() == 0 || KEPT.contains(bundle.getSymbolicName()))
            .map(Bundle::getSymbolicName)
            .collect(Collectors.toCollection(TreeSet::new));
    return needed.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", needed));
  }

  /** Why a bundle stays as long as the process, if it does. */
  public static Optional<String> reasonToStay(Bundle bundle) {
    return Optional.ofNullable(bundle.getHeaders("").get(STAYS));
  }

  private Optional<String> staying(PluginJar jar) {
    return named(jar.symbolicName()).stream()
        .flatMap(bundle -> reasonToStay(bundle).stream())
        .findFirst()
        .map(
            why ->
                "restart needed: "
                    + jar.symbolicName()
                    + " stays while the process lives: "
                    + why
                    + ". Take the jar out of the folder of plugins, put it into the folder of the"
                    + " assembly in place of the old one, and start the process again");
  }

  private static String replacement(PluginJar jar, String what) {
    return "restart needed: replacing "
        + jar.symbolicName()
        + " restarts "
        + what
        + ", and with it every job. Take the jar out of the folder of plugins, put it into the"
        + " folder of the assembly in place of the old one, and start the process again";
  }

  private static String fragment(PluginJar jar, String what) {
    return "restart needed: it is a fragment of "
        + jar.host()
        + ", and attaching it restarts "
        + what
        + ", and with it every job. Put it into the folder of the assembly and start the process"
        + " again";
  }

  private Optional<String> apiPackages(PluginJar jar) {
    var packages = exports(API);
    packages.retainAll(contained(jar));
    return packages.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "it contains packages of "
                + API
                + " ("
                + shortened(packages)
                + "): its layers would be of classes nobody here knows. Build it with the API as a"
                + " dependency of scope provided, so that the bundle imports these packages");
  }

  private static Set<String> contained(PluginJar jar) {
    var packages = new TreeSet<>(jar.packages());
    var exported = jar.headers().getOrDefault(Constants.EXPORT_PACKAGE, "");
    // Attributes and directives hold no API package that is not exported, too.
    for (var clause : exported.replaceAll("\"[^\"]*\"", "").split(",")) {
      packages.add(clause.split(";", 2)[0].strip());
    }
    return packages;
  }

  private static String shortened(Set<String> packages) {
    var few = packages.stream().limit(3).collect(Collectors.joining(", "));
    return packages.size() > 3 ? few + " and " + (packages.size() - 3) + " more" : few;
  }

  /**
   * The names it would claim, as far as its code shows that, and others claim already.
   *
   * @param jar the bundle
   */
  public Optional<String> names(PluginJar jar) {
    if (jar.names().isEmpty()) {
      return Optional.empty();
    }
    var claimed = ClaimedNames.registered(context, context.getBundle());
    return duplicates(jar.symbolicName(), jar.names(), claimed);
  }

  /**
   * The objection to a bundle that claims names others claim already; empty if it claims none.
   *
   * @param symbolicName of the bundle
   * @param names it claims
   * @param claimed the names there are, with the symbolic names of those who claim them
   */
  public static Optional<String> duplicates(
      String symbolicName, Set<String> names, Map<String, Set<String>> claimed) {
    var clashes = new ArrayList<String>();
    for (var name : new TreeSet<>(names)) {
      var others = new TreeSet<>(claimed.getOrDefault(name, Set.of()));
      others.remove(symbolicName);
      if (!others.isEmpty()) {
        clashes.add("\"" + name + "\" (of " + String.join(", ", others) + ")");
      } else if (!isOurs(symbolicName)) {
        meantBy(name, claimed)
            .ifPresent(whole -> clashes.add("\"" + name + "\" (which is short for " + whole + ")"));
      }
    }
    return clashes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "it claims names that are taken: "
                + String.join(", ", clashes)
                + ". A name belongs to one bundle: rename it in one of them, with the bundle's own"
                + " name as a prefix, or remove the other bundle");
  }

  /** The name of Backplane's own that users may write so: another's would change what it means. */
  private static Optional<String> meantBy(String name, Map<String, Set<String>> claimed) {
    return claimed.entrySet().stream()
        .filter(claim -> claim.getKey().endsWith("." + name))
        .filter(claim -> claim.getValue().stream().anyMatch(Objections::isOurs))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static boolean isOurs(String symbolicName) {
    return symbolicName.startsWith("dev.backplane.");
  }

  private List<Bundle> named(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .toList();
  }

  private Set<String> exports(String symbolicName) {
    var packages = new TreeSet<String>();
    for (var bundle : named(symbolicName)) {
      var revision = bundle.adapt(BundleRevision.class);
      if (revision != null) {
        revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).stream()
            .map(c -> String.valueOf(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
            .forEach(packages::add);
      }
    }
    return packages;
  }
}
