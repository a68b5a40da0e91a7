package dev.backplane.backend.cpu;

import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.UnsupportedProgramException;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The backend {@code cpu}: one device, the host's own processor. */
@Component(immediate = true)
public final class CpuBackend implements Backend {
  private static final BackendInfo INFO = new BackendInfo("cpu", "Backplane", "0.1.0", 1);

  private static final Duration LOADING = Duration.ofSeconds(30);

  private final Stopping stopping = new Stopping();
  private final Thread loading;

  /**
   * For service look-ups. Loads oneDNN in the background, which takes a quarter of a second: who
   * makes a backend is about to compute.
   */
  public CpuBackend() {
    loading = Thread.ofPlatform().daemon().name("backplane-cpu-load").start(Host::warm);
  }

  /** After this nothing native runs: every call throws. Waits for a load that is under way. */
  @Deactivate
  void deactivate() {
    stopping.stop();
    try {
      // A bundle whose class loader goes while JavaCPP unpacks from it fails in odd ways.
      if (!loading.join(LOADING)) {
        System.getLogger(CpuBackend.class.getName())
            .log(System.Logger.Level.WARNING, "the bundle stops while oneDNN is still loading");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public BackendInfo info() {
    return INFO;
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(Host.look());
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    if (group.size() != 1) {
      throw new UnsupportedProgramException(
          "cpu opens one device, not a replica group of "
              + group.size()
              + "; the reference backend makes virtual replicas");
    }
    return CpuDevice.open(group.getFirst(), settings, stopping);
  }
}
