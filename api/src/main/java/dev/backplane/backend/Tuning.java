package dev.backplane.backend;

import java.util.Map;
import java.util.TreeMap;

/**
 * Choices between implementations. They are kept, because another choice may give other bits: the
 * record travels with the run and its checkpoints.
 *
 * @param choices what was chosen, by a key that names op, types and backend
 * @param mode whether new choices may be made by timing
 */
public record Tuning(Map<String, String> choices, Mode mode) {
  /** Which candidates may be timed where no choice is recorded. */
  public enum Mode {
    /** None: the default is taken. */
    DEFAULTS,
    /** Those that give equal bits. */
    EQUAL_BITS,
    /** All. */
    ALL
  }

  /** Copies the choices. */
  public Tuning {
    choices = java.util.Collections.unmodifiableMap(new TreeMap<>(choices));
  }

  /** No choices; defaults are taken. */
  public static Tuning none() {
    return new Tuning(Map.of(), Mode.DEFAULTS);
  }
}
