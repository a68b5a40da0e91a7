package dev.backplane.layers.vision.transform;

import java.util.random.RandomGenerator;

/**
 * Random numbers of one example in one epoch: SplitMix64 (Steele, Lea and Flood, 2014), begun anew
 * for each, so that they depend neither on threads nor on which example came before.
 */
public final class Dice implements RandomGenerator {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  /** Dice that have to be {@link #begin begun}. */
  public Dice() {}

  /** Begins the numbers of an example of an epoch. */
  public Dice begin(long seed, int epoch, int example) {
    state = mixed(mixed(seed + GOLDEN) + epoch) ^ mixed(GOLDEN * (example + 1L));
    return this;
  }

  @Override
  public long nextLong() {
    state += GOLDEN;
    return mixed(state);
  }

  private static long mixed(long x) {
    long y = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
    long z = (y ^ y >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
