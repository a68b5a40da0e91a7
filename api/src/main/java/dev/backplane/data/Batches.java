package dev.backplane.data;

import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Examples in batches. The order of an epoch is a pure function of seed and epoch, so that a
 * resumed run sees what an uninterrupted one would have seen.
 *
 * <p>Examples in {@link Examples#buckets() buckets} are batched by length, in their own order or a
 * random one, and the batches are shuffled too; rows that fill no batch of their length go with
 * those of the next one. So there are as many batches as without.
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
   * and epoch; by it too the batches are put in order where there are buckets.
   *
   * @param epoch from 0
   */
  public int[] order(int epoch) {
    var order = new int[examples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    if (seed.isEmpty()) {
      return examples.buckets().map(buckets -> byLength(order, buckets)).orElse(order);
    }
    var random = new SplittableRandom(seed.getAsLong() * 0x9E3779B97F4A7C15L + epoch);
    shuffle(order, 1, order.length, random);
    var buckets = examples.buckets();
    if (buckets.isEmpty()) {
      return order;
    }
    var sorted = byLength(order, buckets.get());
    // A smaller batch stays the last.
    shuffle(sorted, size, sorted.length / size, random);
    return sorted;
  }

  /** Puts the rows into the order of their buckets, which they keep within one. */
  private int[] byLength(int[] order, Buckets buckets) {
    var sorted = new int[order.length];
    int placed = 0;
    for (int bucket = 0; bucket < buckets.lengths().size(); bucket++) {
      for (int row : order) {
        if (buckets.bucket(row) == bucket) {
          sorted[placed++] = row;
        }
      }
    }
    return sorted;
  }

  /** A permutation of so many blocks by Fisher and Yates. */
  private static void shuffle(int[] order, int width, int blocks, SplittableRandom random) {
    for (int i = blocks - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      for (int k = 0; k < width; k++) {
        int kept = order[i * width + k];
        order[i * width + k] = order[j * width + k];
        order[j * width + k] = kept;
      }
    }
  }

  /**
   * The steps of a batch's fields that are cut; -1 where none is.
   *
   * @param order of the epoch
   * @param batch from 0
   */
  public int length(int[] order, int batch) {
    var buckets = examples.buckets();
    if (buckets.isEmpty()) {
      return -1;
    }
    int longest = 0;
    for (int i = batch * size; i < Math.min(order.length, (batch + 1) * size); i++) {
      longest = Math.max(longest, buckets.get().bucket(order[i]));
    }
    return buckets.get().lengths().get(longest);
  }
}
