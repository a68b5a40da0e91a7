package dev.backplane.runtime.device;

import dev.backplane.NoSuchDeviceException;
import dev.backplane.Target;
import dev.backplane.backend.Backend;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.job.Jobs;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.runtime.name.Nearest;
import dev.backplane.runtime.replica.ReplicatedDevice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
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

  /** Stands between the ids of a replica group; a virtual device may be in it several times. */
  public static final String SEPARATOR = ",";

  private final List<Backend> backends = new ArrayList<>();
  private final Map<Lease, Backend> leases = new LinkedHashMap<>();
  private final Jobs jobs = new Jobs();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile int changes;
  private boolean closed;

  /** No backends yet. */
  public Devices() {}

  /** A device of a backend, or several of its devices as a group. */
  private record Offer(Backend backend, List<DeviceInfo> group) {
    Offer(Backend backend, DeviceInfo info) {
      this(backend, List.of(info));
    }

    /** Of the device, or of all of the group. */
    DeviceInfo info() {
      var first = group.getFirst();
      if (group.size() == 1) {
        return first;
      }
      var properties = new TreeMap<>(first.properties());
      properties.put("replicas", String.valueOf(group.size()));
      return new DeviceInfo(
          group.stream().map(DeviceInfo::id).collect(Collectors.joining(SEPARATOR)),
          group.size() + " replicas: " + first.name(),
          first.score(),
          true,
          first.reason(),
          properties);
    }

    Device open(DeviceSettings settings) {
      var device = backend.open(group, settings);
      return group.size() == 1 ? device : new ReplicatedDevice(device, info(), group.size());
    }
  }

  /** What runs on them, or is kept open there. */
  public Jobs jobs() {
    return jobs;
  }

  /** A backend has come. */
  public void add(Backend backend) {
    synchronized (this) {
      backends.add(backend);
      changes++;
    }
    listeners.forEach(Runnable::run);
  }

  /** A number that differs whenever a backend has come or gone. */
  public int changes() {
    return changes;
  }

  /** Calls back when a backend has come or begins to go, on the thread that says so. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Ends that. */
  public void noMoreOnChange(Runnable listener) {
    listeners.remove(listener);
  }

  /** Whether a job that opens the lease's device now would get another backend. */
  public boolean isSuperseded(Lease lease) {
    if (lease.isLost()) {
      return true;
    }
    Backend backend;
    synchronized (this) {
      backend = leases.get(lease);
    }
    // All of a group are of one backend.
    var id = lease.info().id().split(SEPARATOR, 2)[0];
    return offers().stream()
        .filter(offer -> offer.info().id().equals(id))
        .anyMatch(offer -> offer.info().usable() && offer.backend() != backend);
  }

  /**
   * A backend goes. No work begins on its devices any more; work under way ends; then they are
   * closed, and lost to whoever had them. Waits for that, half a minute for the work and as long
   * again for calls that are inside a device.
   */
  public void remove(Backend backend) {
    List<Lease> lost;
    synchronized (this) {
      backends.remove(backend);
      changes++;
      lost =
          leases.entrySet().stream()
              .filter(entry -> entry.getValue() == backend)
              .map(Map.Entry::getKey)
              .filter(Lease::announceLoss)
              .toList();
    }
    listeners.forEach(Runnable::run);
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
   * The usable device of an id, or the best for {@code auto}; of several ids with commas between
   * them a replica group, of which each replica works on its part of a batch.
   *
   * @throws NoSuchDeviceException listing what there is
   */
  public DeviceInfo find(String id) {
    return offer(id).info();
  }

  private Offer offer(String id) {
    var ids = List.of(id.split(SEPARATOR, -1));
    if (ids.size() == 1) {
      return single(id);
    }
    var group = ids.stream().map(this::single).toList();
    var backend = group.getFirst().backend();
    if (!group.stream().allMatch(offer -> offer.backend() == backend)) {
      throw new NoSuchDeviceException(
          "devices " + id + " are of several backends: a replica group is made of one's");
    }
    return new Offer(backend, group.stream().map(Offer::info).toList());
  }

  private Offer single(String id) {
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
   * Opens a device for a job, which uses the device's bundle until the lease ends.
   *
   * @throws NoSuchDeviceException listing what there is
   */
  public Lease open(Target target, OpenJob job) {
    var lease = open(target.device(), target.settings(), job);
    job.runsOn(lease.info().id());
    return lease;
  }

  /** Opens the device that runs everything. */
  public Lease openReference(OpenJob job) {
    return open(REFERENCE, DeviceSettings.defaults(), job);
  }

  private Lease open(String id, DeviceSettings settings, OpenJob job) {
    while (true) {
      int seen = changes();
      var offer = offer(id);
      var reserved = reserve(offer, seen, job);
      if (reserved.isPresent()) {
        var lease = reserved.get();
        try {
          lease.open(() -> offer.open(settings));
          return lease;
        } catch (RuntimeException | Error e) {
          lease.close();
          throw e;
        }
      }
    }
  }

  /** Takes a backend into use, unless backends have come or gone since they were looked at. */
  private synchronized Optional<Lease> reserve(Offer offer, int seen, OpenJob job) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (changes != seen) {
      return Optional.empty();
    }
    var backend = offer.backend();
    var about = backend.info();
    var id = offer.info().id();
    var use = job.use(owner(backend).use("device " + id));
    var gate = new Gate(id, about.id() + " " + about.version() + " of " + about.vendor());
    var lease = new Lease[1];
    lease[0] =
        new Lease(
            offer.info(),
            about.primitiveSet(),
            gate,
            () -> {
              forget(lease[0]);
              use.close();
            });
    leases.put(lease[0], backend);
    return Optional.of(lease[0]);
  }

  /** The bundle of a backend, or what stands for one on class and module path. */
  private static Owner owner(Backend backend) {
    return Owner.inBundleOrModule(backend.getClass())
        .orElseGet(() -> new Owner(backend.info().id(), backend.info().version()));
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
