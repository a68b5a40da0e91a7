package dev.backplane.backend;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A maker of devices; a service, one per bundle. Together with {@link Device}, {@link Buffer},
 * {@link Executable} and {@link Execution} this is all that hardware has to implement.
 */
@ConsumerType
public interface Backend {
  /** Who it is, and the primitive set it knows. */
  BackendInfo info();

  /**
   * The devices it could open, usable or not, each with a score and the reason. Never throws, and
   * loads nothing it need not load to answer.
   */
  List<DeviceInfo> devices();

  /**
   * Opens a device, or several as one replica group.
   *
   * @param group of {@link #devices()}, all usable; more than one makes a replica group, and a
   *     virtual device may stand in it several times
   * @param settings threads, seeds of tuning and the like
   * @throws UnsupportedProgramException if it makes no such group
   * @throws DeviceLostException if the device went away
   */
  Device open(List<DeviceInfo> group, DeviceSettings settings);
}
