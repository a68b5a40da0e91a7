package dev.backplane.backend;

import java.util.Map;

/**
 * A device that is, or might have been.
 *
 * @param id the id users type: {@code cpu}, {@code opencl:0}, {@code reference}
 * @param name what the hardware calls itself
 * @param score preference among usable devices, higher first; 0 where it is not usable
 * @param usable whether it can be opened
 * @param reason why it is usable, or why not, and what would change that
 * @param properties further facts: instruction sets, memory, driver version
 */
public record DeviceInfo(
    String id,
    String name,
    int score,
    boolean usable,
    String reason,
    Map<String, String> properties) {
  /** Copies the properties. */
  public DeviceInfo {
    properties = Map.copyOf(properties);
  }
}
