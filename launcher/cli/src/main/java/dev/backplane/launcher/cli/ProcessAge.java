package dev.backplane.launcher.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * How long ago this process began. The JDK's own answer is up to a second off on Linux, where it
 * adds to the whole seconds of the boot time; the kernel's two counters since boot agree to a
 * hundredth.
 */
final class ProcessAge {
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final Path UPTIME = Path.of("/proc/uptime");

  /** Ticks of the clock in which the kernel tells user space times: 100 a second on Linux. */
  private static final double MILLIS_PER_TICK = 10;

  /** The start is field 22; the name, field 2, may hold anything but ends with the last bracket. */
  private static final int START_BEHIND_NAME = 22 - 3;

  private ProcessAge() {}

  static double millis() {
    try {
      var stat = Files.readString(STAT);
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      var uptime = Files.readString(UPTIME);
      return Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1e3
          - Long.parseLong(fields[START_BEHIND_NAME]) * MILLIS_PER_TICK;
    } catch (IOException e) { // no Linux, or /proc is not to be seen
      var start = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
      return Duration.between(start, Instant.now()).toNanos() / 1e6;
    }
  }
}
