package dev.backplane.backend;

import java.util.Map;

/**
 * How a device is to be opened.
 *
 * @param threads host threads it may use; 0 lets it choose
 * @param options further options by name; a device refuses those it does not know
 */
public record DeviceSettings(int threads, Map<String, String> options) {
  /** Copies the options. */
  public DeviceSettings {
    options = Map.copyOf(options);
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, found " + threads);
    }
  }

  /** The device chooses everything. */
  public static DeviceSettings defaults() {
    return new DeviceSettings(0, Map.of());
  }
}
