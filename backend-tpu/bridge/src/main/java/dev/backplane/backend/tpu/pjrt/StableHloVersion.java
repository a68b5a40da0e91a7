package dev.backplane.backend.tpu.pjrt;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * A version of StableHLO, such as 1.13.3.
 *
 * @param major its first number
 * @param minor its second
 * @param patch its third
 */
public record StableHloVersion(int major, int minor, int patch)
    implements Comparable<StableHloVersion> {
  /** The oldest that is tested. */
  public static final StableHloVersion OLDEST = new StableHloVersion(1, 13, 0);

  /** Reads {@code 1.13.3}, or {@code [1, 13, 3]} as plugins list it. */
  static Optional<StableHloVersion> parse(String text) {
    var numbers =
        Arrays.stream(text.split("[^0-9]+"))
            .filter(part -> !part.isEmpty() && part.length() < 6)
            .mapToInt(Integer::parseInt)
            .toArray();
    return numbers.length == 3
        ? Optional.of(new StableHloVersion(numbers[0], numbers[1], numbers[2]))
        : Optional.empty();
  }

  @Override
  public int compareTo(StableHloVersion other) {
    return Comparator.comparingInt(StableHloVersion::major)
        .thenComparingInt(StableHloVersion::minor)
        .thenComparingInt(StableHloVersion::patch)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
