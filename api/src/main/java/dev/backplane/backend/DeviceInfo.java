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
 * @param properties further facts: instruction sets, memory, driver version; {@code runs=nothing}
 *     says that it {@link #onlyCompiles}
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

  /**
   * Whether it compiles programs and runs none, as hardware that is elsewhere: then it has no
   * values that could be read.
   */
  public boolean onlyCompiles() {
    return "nothing".equals(properties.get("runs"));
  }
}
