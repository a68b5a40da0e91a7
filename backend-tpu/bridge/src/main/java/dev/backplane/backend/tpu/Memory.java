package dev.backplane.backend.tpu;

import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.stablehlo.Platform;
import java.lang.management.ManagementFactory;
import java.util.List;

/** How much memory devices have. */
final class Memory {
  private Memory() {}

  /** All replicas together, in bytes; 0 where it is not known. */
  static long limit(Platform platform, List<PluginDevice> replicas) {
    if (platform.name().equals(Catalog.CPU)) {
      // Virtual devices share the host's.
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof com.sun.management.OperatingSystemMXBean system
          ? system.getTotalMemorySize()
          : 0;
    }
    return replicas.stream()
        .mapToLong(device -> device.memory().map(PluginDevice.Memory::limit).orElse(0L))
        .sum();
  }
}
