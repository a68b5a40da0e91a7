package dev.backplane.backend.tpu.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whether this host has TPU chips, by the vendor number of its PCI devices. Where it has none,
 * Google's plugin would ask the metadata server of its cloud all the same, for minutes: it is told
 * not to. Where it has some nothing is changed, for then what the server says may be needed.
 *
 * @param devices the folder that is {@code /sys/bus/pci/devices} on a real host
 */
public record TpuChips(Path devices) {
  private static final String VENDOR = "0x1ae0";

  /** Those of this host. */
  public static TpuChips ofHost() {
    return new TpuChips(Path.of("/sys/bus/pci/devices"));
  }

  /** Whether there is one. */
  public boolean areThere() {
    if (!Files.isDirectory(devices)) {
      return false;
    }
    try (var all = Files.list(devices)) {
      return all.anyMatch(device -> vendor(device).equals(VENDOR));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static String vendor(Path device) {
    try {
      return Files.readString(device.resolve("vendor")).trim();
    } catch (IOException e) {
      return "";
    }
  }

  /** What the environment of a process that loads plugins should have, where it has not. */
  public Map<String, String> environment() {
    return areThere()
        ? Map.of()
        : Map.of(
            "TPU_SKIP_MDS_QUERY", "1",
            // Chips belong to one process at a time; without any, several may compile.
            "ALLOW_MULTIPLE_LIBTPU_LOAD", "1",
            "TPU_LOG_DIR", "disabled",
            "TPU_ACCELERATOR_TYPE", "v5litepod-1",
            "TPU_WORKER_HOSTNAMES", "localhost",
            "TPU_WORKER_ID", "0");
  }
}
