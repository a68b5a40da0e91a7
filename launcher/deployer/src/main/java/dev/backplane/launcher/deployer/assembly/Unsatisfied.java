package dev.backplane.launcher.deployer.assembly;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Finds the requirements that keep a bundle from resolving, and says each in words that name what
 * was asked for and what there is instead.
 *
 * @param context any bundle's context of the framework
 */
public record Unsatisfied(BundleContext context) {
  /**
   * One reason for each mandatory requirement that cannot be met.
   *
   * @param bundle that does not resolve
   */
  public List<String> reasons(Bundle bundle) {
    var reasons = reasons(bundle, new HashSet<>());
    return reasons.isEmpty() ? List.of(resolversWords(bundle)) : List.copyOf(reasons);
  }

  private Set<String> reasons(Bundle bundle, Set<Bundle> visited) {
    visited.add(bundle);
    var reasons = new LinkedHashSet<String>();
    var revision = bundle.adapt(BundleRevision.class);
    if (revision == null) {
      return reasons;
    }
    for (var requirement : revision.getDeclaredRequirements(null)) {
      if (!isMandatory(requirement)) {
        continue;
      }
      var providers = providers(requirement);
      if (providers.isEmpty()) {
        reasons.add(missing(requirement));
      } else if (providers.stream().noneMatch(p -> isUsable(p, bundle))) {
        providers.stream()
            .filter(p -> !visited.contains(p))
            .findFirst()
            .ifPresent(p -> reasons.addAll(blocked(requirement, p, visited)));
      }
    }
    return reasons;
  }

  private List<String> blocked(
      BundleRequirement requirement, Bundle provider, Set<Bundle> visited) {
    return reasons(provider, visited).stream()
        .map(
            reason ->
                "needs %s of %s, which is left out: %s"
                    .formatted(words(requirement), provider.getSymbolicName(), reason))
        .toList();
  }

  private Set<Bundle> providers(BundleRequirement requirement) {
    var wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    return wiring.findProviders(requirement).stream()
        .map(c -> c.getRevision().getBundle())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static boolean isUsable(Bundle provider, Bundle asking) {
    return provider.equals(asking) || provider.getState() != Bundle.INSTALLED;
  }

  private static boolean isMandatory(BundleRequirement requirement) {
    var directives = requirement.getDirectives();
    var effective = directives.getOrDefault(Constants.EFFECTIVE_DIRECTIVE, "resolve");
    var resolution = directives.getOrDefault(Constants.RESOLUTION_DIRECTIVE, "mandatory");
    return effective.equals("resolve") && resolution.equals("mandatory");
  }

  private String missing(BundleRequirement requirement) {
    if (requirement.getNamespace().equals(Twin.HARDWARE)) {
      return missingHardware(filter(requirement));
    }
    if (requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
      var wanted = PackageWanted.of(filter(requirement));
      if (wanted.isPresent()) {
        return wanted.get().missing(context);
      }
    }
    return "needs " + words(requirement) + ": nothing here provides it";
  }

  private static String words(BundleRequirement requirement) {
    var filter = filter(requirement);
    return PackageWanted.of(filter)
        .map(wanted -> "package " + wanted.name())
        .orElseGet(() -> requirement.getNamespace() + " " + filter);
  }

  private static String filter(BundleRequirement requirement) {
    return requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
  }

  /** Names the parts of the filter that the nearest device does not meet, and what it has there. */
  private String missingHardware(String filter) {
    var devices = hardware();
    var parts = parts(filter);
    var nearest =
        devices.stream().max((a, b) -> Integer.compare(met(parts, a).size(), met(parts, b).size()));
    if (nearest.isEmpty() || met(parts, nearest.get()).isEmpty()) {
      return "needs hardware %s; this host has %s"
          .formatted(filter, devices.isEmpty() ? "none that was found" : types(devices));
    }
    var device = nearest.get();
    var unmet = new ArrayList<>(parts);
    unmet.removeAll(met(parts, device));
    return "needs hardware %s; the nearest here, %s, does not meet %s"
        .formatted(
            filter,
            device.get("type"),
            unmet.stream()
                .map(part -> part + " (" + has(device, part) + ")")
                .collect(Collectors.joining(", ")));
  }

  private static String types(Collection<Map<String, Object>> devices) {
    return devices.stream()
        .map(d -> String.valueOf(d.get("type")))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String has(Map<String, Object> device, String part) {
    return device.entrySet().stream()
        .filter(attribute -> part.matches("(?s).*\\(" + attribute.getKey() + "[~<>=].*"))
        .map(attribute -> "it has " + attribute.getKey() + "=" + attribute.getValue())
        .findFirst()
        .orElse("it says nothing of that");
  }

  private List<Map<String, Object>> hardware() {
    return Arrays.stream(context.getBundles())
        .map(b -> b.adapt(BundleRevision.class))
        .filter(r -> r != null)
        .flatMap(r -> r.getDeclaredCapabilities(Twin.HARDWARE).stream())
        .map(BundleCapability::getAttributes)
        .toList();
  }

  private static List<String> met(List<String> parts, Map<String, Object> device) {
    return parts.stream().filter(part -> matches(part, device)).toList();
  }

  private static boolean matches(String filter, Map<String, Object> attributes) {
    try {
      return FrameworkUtil.createFilter(filter).matches(attributes);
    } catch (InvalidSyntaxException e) {
      return false;
    }
  }

  /** The parts of a conjunction, each with its parentheses; of any other filter, itself. */
  static List<String> parts(String filter) {
    if (!filter.startsWith("(&")) {
      return filter.isEmpty() ? List.of() : List.of(filter);
    }
    var parts = new ArrayList<String>();
    var depth = 0;
    var start = 2;
    for (var i = 2; i < filter.length() - 1; i++) {
      switch (filter.charAt(i)) {
        case '\\' -> i++;
        case '(' -> {
          if (depth++ == 0) {
            start = i;
          }
        }
        case ')' -> {
          if (--depth == 0) {
            parts.add(filter.substring(start, i + 1));
          }
        }
        default -> {}
      }
    }
    return parts.stream().flatMap(p -> parts(p).stream()).toList();
  }

  /**
   * Every requirement has a provider, yet they do not fit together: only the resolver knows why.
   */
  private String resolversWords(Bundle bundle) {
    var wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    if (wiring.resolveBundles(List.of(bundle))) {
      return "the resolver had not been asked; it fits now";
    }
    try {
      // Its words come with the exception of a start, which gets no further than the resolver.
      bundle.start(Bundle.START_TRANSIENT);
      return "it fits now";
    } catch (BundleException e) {
      return Stream.of(String.valueOf(e.getMessage()).split("\\R"))
          .map(String::strip)
          .filter(l -> !l.isEmpty())
          .collect(Collectors.joining(" "));
    }
  }
}
