package dev.backplane.runtime.placement;

import dev.backplane.Target;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.device.Lease;
import dev.backplane.runtime.job.OpenJob;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The open devices of a job: the chosen one, and the reference once something needs it. */
public final class Sites implements AutoCloseable {
  private final Devices devices;
  private final OpenJob job;
  private final Lease chosen;
  private @Nullable Lease reference;

  private Sites(Devices devices, OpenJob job, Lease chosen) {
    this.devices = devices;
    this.job = job;
    this.chosen = chosen;
  }

  /** Opens the chosen device. */
  public static Sites open(Devices devices, Target target, OpenJob job) {
    return new Sites(devices, job, devices.open(target, job));
  }

  /** The device of a site. */
  public synchronized Lease at(Site site) {
    return switch (site) {
      case CHOSEN -> chosen;
      case REFERENCE -> {
        var open = reference;
        if (open == null) {
          open = chosen.info().id().equals(Devices.REFERENCE) ? chosen : devices.openReference(job);
          reference = open;
        }
        yield open;
      }
    };
  }

  /** Whether something holds of one of the devices that are open. */
  public synchronized boolean anyOpen(Predicate<Lease> condition) {
    var open = reference;
    return condition.test(chosen) || open != null && open != chosen && condition.test(open);
  }

  @Override
  public synchronized void close() {
    if (reference != null) {
      reference.close();
    }
    chosen.close();
  }
}
