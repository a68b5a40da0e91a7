package dev.backplane.runtime.reference;

import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.op.Primitive;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/**
 * The interpreter as a backend: its device {@code reference} is usable on every host, runs every
 * primitive but custom calls, and is preferred to nothing. A group is made of any number of virtual
 * replicas of that one device.
 */
@Component(service = Backend.class, immediate = true)
public final class ReferenceBackend implements Backend {
  /** The id of the backend and of its device. */
  public static final String ID = "reference";

  /** Made by whoever provides services. */
  public ReferenceBackend() {}

  @Override
  public BackendInfo info() {
    return new BackendInfo(ID, "Backplane", "0.1.0", Primitive.SET_NUMBER);
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(
        new DeviceInfo(
            ID,
            "reference interpreter",
            1,
            true,
            "runs in this JVM and needs nothing; slow, so any other device is preferred",
            Map.of("memory", Long.toString(Runtime.getRuntime().maxMemory()))));
  }

  /**
   * Opens the device.
   *
   * @throws IllegalArgumentException if the group is empty or holds another device, or an option is
   *     set: there are none
   */
  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    if (group.isEmpty() || !group.stream().allMatch(info -> info.id().equals(ID))) {
      throw new IllegalArgumentException(
          "reference: open: expected one or more of device \"reference\", found "
              + group.stream().map(DeviceInfo::id).toList());
    }
    if (!settings.options().isEmpty()) {
      throw new IllegalArgumentException(
          "reference: open: it knows no options, found " + settings.options().keySet());
    }
    return new ReferenceDevice(group.getFirst(), group.size());
  }
}
