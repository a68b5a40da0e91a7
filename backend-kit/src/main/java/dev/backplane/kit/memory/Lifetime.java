package dev.backplane.kit.memory;

/**
 * A block of scratch memory and the steps during which it holds something.
 *
 * @param bytes its size
 * @param first the step that writes it
 * @param last the last step that reads it; not before {@code first}
 */
public record Lifetime(long bytes, int first, int last) {
  /** Checks. */
  public Lifetime {
    if (bytes < 0 || first < 0 || last < first) {
      throw new IllegalArgumentException(
          "Lifetime C1: expected 0 ≤ bytes and 0 ≤ first ≤ last, found "
              + bytes
              + " bytes in steps "
              + first
              + " … "
              + last);
    }
  }

  /** Whether both hold something during one step. */
  public boolean meets(Lifetime other) {
    return first <= other.last && other.first <= last;
  }
}
