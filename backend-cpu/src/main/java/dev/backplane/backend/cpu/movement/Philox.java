package dev.backplane.backend.cpu.movement;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): element i of
 * the result is a pure function of key, counter and i.
 */
public final class Philox {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private Philox() {}

  /**
   * Fills memory with random bits; all arguments but the counts are addresses of u32 values.
   *
   * @param key two words, low first
   * @param stream the fourth word of the counter
   * @param offset the index of the first element of all
   * @param from how many elements before the first one that is written
   */
  public static void fill(
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
    int counter1 = ALL.get(JAVA_INT, iteration);
    int counter2 = ALL.get(JAVA_INT, step);
    long done = 0;
    while (done < count) {
      int element = (int) (first + done);
      done +=
          block(
              element >>> 2,
              counter1,
              counter2,
              stream,
              key0,
              key1,
              element & 3,
              to + 4 * done,
              count - done);
    }
  }

  /** Writes the words of one block from a given one on, at most {@code room}; says how many. */
  private static int block(
      int c0, int c1, int c2, int c3, int key0, int key1, int from, long to, long room) {
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c1 = (int) product1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    int written = 0;
    for (int word = from; word < 4 && written < room; word++) {
      int bits =
          switch (word) {
            case 0 -> c0;
            case 1 -> c1;
            case 2 -> c2;
            default -> c3;
          };
      ALL.set(JAVA_INT, to + 4L * written++, bits);
    }
    return written;
  }
}
