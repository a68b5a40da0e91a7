package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import java.util.List;
import java.util.Set;

/**
 * A thing as plain data, and what of it is not plain data.
 *
 * @param description the description; an unregistered part stands in it under the name {@link
 *     Registry#UNREGISTERED}
 * @param pins the unregistered parts; where there are none the description is the whole truth
 * @param origins which bundles the registered parts are from
 */
public record Described(Description description, List<Pin> pins, Set<Origin> origins) {
  /** Copies. */
  public Described {
    pins = List.copyOf(pins);
    origins = Set.copyOf(origins);
  }
}
