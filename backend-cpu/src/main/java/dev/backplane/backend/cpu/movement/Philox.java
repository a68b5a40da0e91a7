package dev.backplane.backend.cpu.movement;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): element i of
 * the result is a pure function of key, counter and i. Many blocks are computed at once, round by
 * round, in loops of independent products that the JVM turns into vectors. Not thread-safe.
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;
  private static final int WORDS = 4;
  private static final int BLOCKS = 64;
  private static final long LOW = 0xFFFFFFFFL;

  /**
   * The first words of all blocks, then the second ones and so on: counters, which become results.
   * Unsigned. One array, so that the JVM sees that nothing overlaps.
   */
  private final long[] states = new long[WORDS * BLOCKS];

  private final int[] words = new int[WORDS * BLOCKS];

  /** Makes room for some blocks. */
  public Philox() {}

  /**
   * Fills memory with random bits; all arguments but the counts are addresses of u32 values.
   *
   * @param key two words, low first
   * @param stream the fourth word of the counter
   * @param offset the index of the first element of all
   * @param from how many elements before the first one that is written
   */
  public void fill(
      long key,
      long step,
      long iteration,
      long offset,
      int stream,
      long from,
      long to,
      long count) {
    int first = (int) (ALL.get(JAVA_INT, offset) + from);
    int key0 = ALL.get(JAVA_INT, key);
    int key1 = ALL.get(JAVA_INT, key + 4);
    long counter1 = ALL.get(JAVA_INT, iteration) & LOW;
    long counter2 = ALL.get(JAVA_INT, step) & LOW;
    long done = 0;
    while (done < count) {
      int element = (int) (first + done);
      int skipped = element & (WORDS - 1);
      int some = (int) Math.min(WORDS * BLOCKS - skipped, count - done);
      begin(element >>> 2, counter1, counter2, stream & LOW);
      rounds(key0, key1);
      gather();
      MemorySegment.copy(words, skipped, ALL, JAVA_INT, to + 4 * done, some);
      done += some;
    }
  }

  /** The counters of the blocks from one on; indices of elements have 32 bits. */
  private void begin(int block, long counter1, long counter2, long counter3) {
    var states = this.states;
    for (int i = 0; i < BLOCKS; i++) {
      states[i] = block + i & 0x3FFFFFFF;
      states[BLOCKS + i] = counter1;
      states[2 * BLOCKS + i] = counter2;
      states[3 * BLOCKS + i] = counter3;
    }
  }

  private void rounds(int key0, int key1) {
    var states = this.states;
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      round(states, k0 & LOW, k1 & LOW);
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
  }

  private static void round(long[] states, long key0, long key1) {
    for (int i = 0; i < BLOCKS; i++) {
      long product0 = MULTIPLIER_0 * states[i];
      long product1 = MULTIPLIER_1 * states[2 * BLOCKS + i];
      states[i] = (product1 >>> 32) ^ states[BLOCKS + i] ^ key0;
      states[2 * BLOCKS + i] = (product0 >>> 32) ^ states[3 * BLOCKS + i] ^ key1;
      states[BLOCKS + i] = product1 & LOW;
      states[3 * BLOCKS + i] = product0 & LOW;
    }
  }

  private void gather() {
    var states = this.states;
    var words = this.words;
    for (int i = 0; i < BLOCKS; i++) {
      words[WORDS * i] = (int) states[i];
      words[WORDS * i + 1] = (int) states[BLOCKS + i];
      words[WORDS * i + 2] = (int) states[2 * BLOCKS + i];
      words[WORDS * i + 3] = (int) states[3 * BLOCKS + i];
    }
  }
}
