package dev.backplane.recipes.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Examples;
import dev.backplane.recipes.cache.DatasetException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The public datasets themselves: fetched once, then from the cache. Skipped without a network, but
 * never in CI.
 */
class RealPicturesTest {
  private static Dataset open(DatasetProvider provider) {
    var lines = new ArrayList<String>();
    try {
      return provider.open(new Access(Optional.empty(), lines::add));
    } catch (DatasetException e) {
      boolean mayBeAbsent =
          e.reason() == DatasetException.Reason.UNAVAILABLE && !"true".equals(System.getenv("CI"));
      Assumptions.assumeFalse(mayBeAbsent, e.getMessage());
      throw e;
    }
  }

  private static int[] classes(Examples examples) {
    var counts = new int[10];
    var label = MemorySegment.ofArray(new byte[1]);
    for (int i = 0; i < examples.size(); i++) {
      examples.gather(1, new int[] {i}, 0, 1, label);
      counts[label.get(ValueLayout.JAVA_BYTE, 0)]++;
    }
    return counts;
  }

  /** Mean of all pixels as programs see them, 0 to 1. */
  private static double mean(Examples examples) {
    var image = MemorySegment.ofArray(new byte[784]);
    long sum = 0;
    for (int i = 0; i < examples.size(); i++) {
      examples.gather(0, new int[] {i}, 0, 1, image);
      for (int pixel = 0; pixel < 784; pixel++) {
        sum += image.get(ValueLayout.JAVA_BYTE, pixel) & 0xff;
      }
    }
    return sum * examples.inputs().getFirst().scale() / (784.0 * examples.size());
  }

  @Test
  void fashionMnistHasEachClassAsOften() {
    var data = open(new FashionMnist());
    assertEquals(60_000, data.train().size());
    assertEquals(10_000, data.test().size());
    for (int count : classes(data.train())) {
      assertEquals(6_000, count);
    }
    for (int count : classes(data.test())) {
      assertEquals(1_000, count);
    }
    assertEquals(0.2860, mean(data.train()), 5e-5);
    assertEquals(
        "Ankle boot", data.classes().get((int) data.train().example(0).target().longAt(0)));
    assertTrue(data.test().example(0).input().type().toString().equals("u8[28,28]"));
  }

  @Test
  void mnistHasItsKnownCounts() {
    var data = open(new Mnist());
    assertArrayEquals(
        new int[] {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
        classes(data.train()));
    assertArrayEquals(
        new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, classes(data.test()));
    assertEquals(0.1307, mean(data.train()), 5e-5);
  }
}
