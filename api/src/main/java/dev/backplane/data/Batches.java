package dev.backplane.data;

import java.util.OptionalLong;

/**
 * Examples in batches. The order of an epoch is a pure function of seed and epoch, so that a
 * resumed run sees what an uninterrupted one would have seen.
 *
 * @param examples the examples
 * @param size examples in a batch; the last may be smaller
 * @param seed of the order; empty for the examples' own order
 */
public record Batches(Examples examples, int size, OptionalLong seed) {
  /** Checks the size. */
  public Batches {
    if (size < 1) {
      throw new IllegalArgumentException("batch size: expected 1 or more, found " + size);
    }
  }

  /** Batches of 32 in the examples' own order. */
  public static Batches of(Examples examples) {
    return new Batches(examples, 32, OptionalLong.empty());
  }

  /** The same in batches of another size. */
  public Batches batch(int size) {
    return new Batches(examples, size, seed);
  }

  /** The same in an order that changes with each epoch. */
  public Batches shuffle(long seed) {
    return new Batches(examples, size, OptionalLong.of(seed));
  }

  /** How many batches an epoch has. */
  public int count() {
    return Math.ceilDiv(examples.size(), size);
  }

  /**
   * The order of an epoch: a permutation by Fisher and Yates with SplittableRandom, seeded by seed
   * and epoch.
   *
   * @param epoch from 0
   */
  public int[] order(int epoch) {
    var order = new int[examples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    if (seed.isPresent()) {
      var random = new java.util.SplittableRandom(seed.getAsLong() * 0x9E3779B97F4A7C15L + epoch);
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
      }
    }
    return order;
  }
}
