package dev.backplane.launcher.deployer.assembly;

import dev.backplane.backend.Backend;
import dev.backplane.backend.DeviceInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;

/**
 * A device a backend bundle offers, or why it offers none.
 *
 * @param id what users call the device; empty where the bundle offers none
 * @param bundle symbolic name of the backend's bundle
 * @param name what the hardware calls itself
 * @param score preference among usable devices, higher first
 * @param usable whether it can be opened
 * @param reason why, or why not
 * @param properties further facts, such as instruction sets
 */
public record Offer(
    Optional<String> id,
    String bundle,
    String name,
    int score,
    boolean usable,
    String reason,
    SortedMap<String, String> properties) {
  private static final String SERVICE = "osgi.service";

  /**
   * What every backend bundle of a framework offers, the preferred device first.
   *
   * @param context any bundle's context
   */
  public static List<Offer> all(BundleContext context) {
    var offers = new ArrayList<Offer>();
    var unsatisfied = new Unsatisfied(context);
    for (var bundle : context.getBundles()) {
      var registered =
          Optional.ofNullable(bundle.getRegisteredServices()).stream().flatMap(Arrays::stream);
      var backends =
          registered
              .map(context::getService)
              .filter(Backend.class::isInstance)
              .map(Backend.class::cast)
              .toList();
      backends.forEach(backend -> offers.addAll(of(bundle, backend)));
      if (backends.isEmpty() && isBackend(bundle)) {
        offers.add(none(bundle, reason(bundle, unsatisfied)));
      }
    }
    offers.sort(
        Comparator.comparing((Offer o) -> !o.usable())
            .thenComparing(o -> -o.score())
            .thenComparing(o -> o.id().orElse(o.bundle())));
    return offers;
  }

  private static List<Offer> of(Bundle bundle, Backend backend) {
    var devices = backend.devices();
    return devices.isEmpty()
        ? List.of(none(bundle, "it looked and found no device"))
        : devices.stream().map(device -> of(bundle, device)).toList();
  }

  private static Offer of(Bundle bundle, DeviceInfo device) {
    return new Offer(
        Optional.of(device.id()),
        bundle.getSymbolicName(),
        device.name(),
        device.score(),
        device.usable(),
        device.reason(),
        new TreeMap<>(device.properties()));
  }

  private static Offer none(Bundle bundle, String reason) {
    var title = bundle.getHeaders().get("Bundle-Name");
    return new Offer(
        Optional.empty(),
        bundle.getSymbolicName(),
        title == null ? bundle.getSymbolicName() : title,
        0,
        false,
        reason,
        new TreeMap<>());
  }

  private static String reason(Bundle bundle, Unsatisfied unsatisfied) {
    return switch (bundle.getState()) {
      case Bundle.INSTALLED -> String.join("; ", unsatisfied.reasons(bundle));
      case Bundle.ACTIVE -> "its backend did not start; the log has its error";
      default -> "it is not started";
    };
  }

  /** Declarative Services tell in the manifest which services a bundle will offer. */
  private static boolean isBackend(Bundle bundle) {
    var revision = bundle.adapt(BundleRevision.class);
    return revision != null
        && revision.getDeclaredCapabilities(SERVICE).stream()
            .anyMatch(
                c ->
                    String.valueOf(c.getAttributes().get("objectClass"))
                        .contains(Backend.class.getName()));
  }
}
