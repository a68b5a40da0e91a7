package dev.backplane.runtime.device;

import dev.backplane.BackplaneException;
import dev.backplane.NoSuchDeviceException;
import dev.backplane.Target;
import dev.backplane.backend.Backend;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.runtime.name.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The backends there are, which come and go, and their devices. Thread-safe.
 *
 * <p>Where two backends bring a device of one id, as two versions of a backend do while one takes
 * over from the other, the one that came last serves new jobs.
 */
public final class Devices implements AutoCloseable {
  /** The id of the device that runs everything, slowly. */
  public static final String REFERENCE = "reference";

  /** Takes whatever is best. */
  public static final String AUTO = "auto";

  private final List<Backend> backends = new ArrayList<>();
  private final Map<Lease, Backend> leases = new LinkedHashMap<>();
  private boolean closed;

  /** No backends yet. */
  public Devices() {}

  private record Offer(Backend backend, DeviceInfo info) {}

  /** A backend has come. */
  public synchronized void add(Backend backend) {
    backends.add(backend);
  }

  /** A backend goes: its devices are closed once the calls inside them have ended, and lost. */
  public void remove(Backend backend) {
    List<Lease> lost;
    synchronized (this) {
      backends.remove(backend);
      lost =
          leases.entrySet().stream()
              .filter(entry -> entry.getValue() == backend)
              .map(Map.Entry::getKey)
              .toList();
      lost.forEach(leases::remove);
    }
    lost.forEach(Lease::lose);
  }

  /** All devices, the preferred one first, those that cannot be used last. */
  public List<DeviceInfo> list() {
    return offers().stream().map(Offer::info).toList();
  }

  private List<Offer> offers() {
    List<Backend> present;
    synchronized (this) {
      present = List.copyOf(backends);
    }
    var byId = new LinkedHashMap<String, Offer>();
    for (var backend : present) {
      for (var info : ask(backend)) {
        byId.put(info.id(), new Offer(backend, info));
      }
    }
    return byId.values().stream()
        .sorted(
            Comparator.comparing((Offer offer) -> offer.info().usable())
                .thenComparing(offer -> offer.info().score())
                .reversed()
                .thenComparing(offer -> offer.info().id()))
        .toList();
  }

  /** A backend must not throw here; one that does becomes a device that says so. */
  private static List<DeviceInfo> ask(Backend backend) {
    try {
      return backend.devices();
    } catch (RuntimeException | LinkageError e) {
      var id = backend.info().id();
      return List.of(
          new DeviceInfo(
              id, id, 0, false, "its backend failed to list its devices: " + e, Map.of()));
    }
  }

  /**
   * The usable device of an id, or the best for {@code auto}.
   *
   * @throws NoSuchDeviceException listing what there is
   */
  public DeviceInfo find(String id) {
    return offer(id).info();
  }

  private Offer offer(String id) {
    var offers = offers();
    var fitting =
        offers.stream()
            .filter(offer -> id.equals(AUTO) ? offer.info().usable() : offer.info().id().equals(id))
            .findFirst();
    if (fitting.isPresent() && fitting.get().info().usable()) {
      return fitting.get();
    }
    var there =
        offers.isEmpty()
            ? "; no backend is there: put dev.backplane.runtime, which brings the reference device,"
                + " and backend bundles on the path"
            : offers.stream()
                .map(offer -> "\n  " + line(offer.info()))
                .collect(Collectors.joining("", "; there are:", ""));
    if (fitting.isPresent()) {
      throw new NoSuchDeviceException(
          "device " + id + " cannot be used: " + fitting.get().info().reason() + there);
    }
    var usable = offers.stream().filter(o -> o.info().usable()).map(o -> o.info().id()).toList();
    throw new NoSuchDeviceException(
        (id.equals(AUTO) ? "no device can be used" : "unknown device \"" + id + "\"")
            + Nearest.hint(id, usable)
            + there);
  }

  private static String line(DeviceInfo info) {
    return info.id()
        + (info.usable() ? " (score " + info.score() + "): " : " (not usable): ")
        + info.reason();
  }

  /**
   * Opens a device for a job.
   *
   * @throws NoSuchDeviceException listing what there is
   */
  public Lease open(Target target) {
    return open(target.device(), target.settings());
  }

  /** Opens the device that runs everything. */
  public Lease openReference() {
    return open(REFERENCE, DeviceSettings.defaults());
  }

  private Lease open(String id, DeviceSettings settings) {
    var offer = offer(id);
    var backend = offer.backend();
    var about = backend.info();
    var gate =
        new Gate(offer.info().id(), about.id() + " " + about.version() + " of " + about.vendor());
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("the engine is closed");
      }
      if (!backends.contains(backend)) {
        throw new BackplaneException("device " + id + " went away while it was opened; try again");
      }
      var device = backend.open(List.of(offer.info()), settings);
      var lease = new Lease[1];
      lease[0] =
          new Lease(device, offer.info(), about.primitiveSet(), gate, () -> forget(lease[0]));
      leases.put(lease[0], backend);
      return lease[0];
    }
  }

  private synchronized void forget(Lease lease) {
    leases.remove(lease);
  }

  /** Closes all open devices. Idempotent. */
  @Override
  public void close() {
    List<Lease> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(leases.keySet());
    }
    open.forEach(Lease::close);
  }
}
