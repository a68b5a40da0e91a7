package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import java.util.List;

/**
 * A thing as plain data, and what of it is not plain data.
 *
 * @param description the description; an unregistered part stands in it under the name {@link
 *     Registry#UNREGISTERED}
 * @param pins the unregistered parts; where there are none the description is the whole truth
 */
public record Described(Description description, List<Pin> pins) {
  /** Copies. */
  public Described {
    pins = List.copyOf(pins);
  }
}
