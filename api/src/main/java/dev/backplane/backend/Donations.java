package dev.backplane.backend;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which arguments give their memory to results: the result may be bound to the argument's very
 * buffer. Donation holds after the argument's last reader.
 *
 * @param resultOfArgument index of an argument to index of the result, of equal type
 */
public record Donations(Map<Integer, Integer> resultOfArgument) {
  /** Copies; no result may be given twice. */
  public Donations {
    resultOfArgument = java.util.Collections.unmodifiableMap(new TreeMap<>(resultOfArgument));
    if (resultOfArgument.values().stream().distinct().count() != resultOfArgument.size()) {
      throw new IllegalArgumentException(
          "Donations C1: a result is given twice: " + resultOfArgument);
    }
  }

  /** None. */
  public static Donations none() {
    return new Donations(Map.of());
  }
}
