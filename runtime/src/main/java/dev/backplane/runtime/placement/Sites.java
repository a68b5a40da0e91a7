package dev.backplane.runtime.placement;

import dev.backplane.Target;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.device.Lease;
import org.jspecify.annotations.Nullable;

/** The open devices of a job: the chosen one, and the reference once something needs it. */
public final class Sites implements AutoCloseable {
  private final Devices devices;
  private final Lease chosen;
  private @Nullable Lease reference;

  private Sites(Devices devices, Lease chosen) {
    this.devices = devices;
    this.chosen = chosen;
  }

  /** Opens the chosen device. */
  public static Sites open(Devices devices, Target target) {
    return new Sites(devices, devices.open(target));
  }

  /** The device of a site. */
  public synchronized Lease at(Site site) {
    return switch (site) {
      case CHOSEN -> chosen;
      case REFERENCE -> {
        var open = reference;
        if (open == null) {
          open = chosen.info().id().equals(Devices.REFERENCE) ? chosen : devices.openReference();
          reference = open;
        }
        yield open;
      }
    };
  }

  @Override
  public synchronized void close() {
    if (reference != null) {
      reference.close();
    }
    chosen.close();
  }
}
