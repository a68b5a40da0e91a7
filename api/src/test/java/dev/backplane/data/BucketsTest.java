package dev.backplane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows of two fields [8]: row r has r % 8 + 1 steps in one of them, fewer in the other. */
class BucketsTest {
  private static final List<Integer> LENGTHS = List.of(2, 5, 8);

  private static int steps(int row) {
    return row % 8 + 1;
  }

  private record Words(int size) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(
          Feature.of("said", TensorType.of(DType.I32, 8)),
          Feature.of("other", TensorType.of(DType.I32, 3)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("next", TensorType.of(DType.I32, 8)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      int width = field == 1 ? 3 : 8;
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        int filled = field == 1 ? 3 : row % 2 == field / 2 ? steps(row) : 1;
        for (int step = 0; step < width; step++) {
          // A zero before the last step is no padding.
          int id = step == filled - 1 ? 256 * (row + 1) : 0;
          target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i * width + step, id);
        }
      }
    }
  }

  private static int bucket(int row) {
    return steps(row) <= 2 ? 0 : steps(row) <= 5 ? 1 : 2;
  }

  @Test
  void aRowNeedsTheShortestLengthThatHoldsAllItsFields() {
    var buckets = new Words(3000).bucketed(LENGTHS).buckets().orElseThrow();
    assertEquals(LENGTHS, buckets.lengths());
    for (int row = 0; row < 3000; row++) {
      assertEquals(bucket(row), buckets.bucket(row), "row " + row);
    }
    var features = new Words(1).inputs();
    assertTrue(Buckets.cuts(features.get(0), 8) && !Buckets.cuts(features.get(1), 8));
  }

  @Test
  void batchesAreOfLikeLengthAndEachRowIsInOne() {
    var batches = new Words(100).bucketed(LENGTHS).shuffle(7).batch(6);
    assertEquals(17, batches.count());
    var order = batches.order(3);
    assertArrayEquals(
        IntStream.range(0, 100).toArray(), Arrays.stream(order).sorted().toArray(), "each once");
    assertArrayEquals(order, batches.order(3));
    assertNotEquals(Arrays.toString(order), Arrays.toString(batches.order(4)));
    int mixed = 0;
    var found = new int[9];
    for (int batch = 0; batch < 17; batch++) {
      var rows = Arrays.copyOfRange(order, 6 * batch, Math.min(100, 6 * batch + 6));
      int longest = Arrays.stream(rows).map(BucketsTest::bucket).max().orElseThrow();
      int least = Arrays.stream(rows).map(BucketsTest::bucket).min().orElseThrow();
      mixed += longest == least ? 0 : 1;
      int length = batches.length(order, batch);
      assertEquals(LENGTHS.get(longest), length);
      found[length]++;
    }
    assertTrue(mixed <= LENGTHS.size() - 1, mixed + " batches of several lengths");
    // 26 rows of at most 2 steps, 38 of at most 5, 36 longer ones.
    assertEquals(List.of(4, 6, 7), List.of(found[2], found[5], found[8]));
    int first = batches.length(order, 0);
    boolean shuffled = IntStream.range(1, 16).anyMatch(b -> batches.length(order, b) < first);
    assertTrue(shuffled || first == 2, "short batches come before long ones only by chance");
  }

  @Test
  void aSelectionKeepsTheLengthsOfItsRows() {
    var rows = new int[] {7, 0, 3, 8};
    var selected = new Words(20).bucketed(LENGTHS).select(rows);
    for (int i = 0; i < rows.length; i++) {
      assertEquals(bucket(rows[i]), selected.buckets().orElseThrow().bucket(i));
    }
    assertArrayEquals(new int[] {1, 3, 2, 0}, selected.batch(2).order(0));
  }

  @Test
  void wholeRowsHaveNoLength() {
    assertEquals(-1, new Words(4).batch(2).length(new int[] {0, 1, 2, 3}, 1));
  }

  @Test
  void saysWhatIsWrongWithLengths() {
    for (var lengths : List.of(List.<Integer>of(), List.of(0, 8), List.of(8, 8), List.of(9, 8))) {
      var e = assertThrows(IllegalArgumentException.class, () -> new Words(4).bucketed(lengths));
      assertTrue(String.valueOf(e.getMessage()).startsWith("buckets C1: expected 1 to 8"), "" + e);
    }
    var e = assertThrows(IllegalArgumentException.class, () -> new Words(4).bucketed(List.of(4)));
    assertTrue(String.valueOf(e.getMessage()).startsWith("buckets C2: expected a field"), "" + e);
  }
}
