package dev.backplane.layers.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.vision.transform.Crop;
import dev.backplane.layers.vision.transform.Flip;
import dev.backplane.layers.vision.transform.ImageTransform;
import dev.backplane.layers.vision.transform.Noise;
import dev.backplane.layers.vision.transform.Normalize;
import dev.backplane.layers.vision.transform.Rotate;
import dev.backplane.layers.vision.transform.Shift;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches of transformed pictures. */
class TransformedTest {
  private static final int SIDE = 12;
  private static final List<ImageTransform> ALL =
      List.of(new Flip(), new Shift(2, 2), new Rotate(15), new Noise(6));

  /** Pictures whose values tell which they are; u8 as stored. */
  private record Pictures(int size, int epoch) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(
          new Feature("image", TensorType.of(DType.U8, SIDE, SIDE), DType.F32, 1 / 255.0, 0));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("label", TensorType.of(DType.I32)));
    }

    @Override
    public Examples epoch(int epoch) {
      return new Pictures(size, epoch);
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        if (field == 1) {
          target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, row);
          continue;
        }
        for (int p = 0; p < SIDE * SIDE; p++) {
          target.set(
              ValueLayout.JAVA_BYTE, (long) i * SIDE * SIDE + p, (byte) (row * 7 + p + 90 * epoch));
        }
      }
    }
  }

  private static byte[] batch(Examples examples, int... rows) {
    var feature = examples.inputs().getFirst();
    var bytes = new byte[Math.toIntExact(feature.batch(rows.length).bytes())];
    examples.gather(0, rows, 0, rows.length, MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static Transformed augmented(long seed) {
    return Transformed.of(new Pictures(100, 0), seed, ALL);
  }

  private static final int[] ROWS = IntStream.range(10, 74).toArray();

  @Test
  void theSameSeedGivesTheSameBatchOnAnyNumberOfThreads() {
    var one = batch(augmented(5).threads(1), ROWS);
    for (int threads : new int[] {2, 3, 8, 100}) {
      assertArrayEquals(one, batch(augmented(5).threads(threads), ROWS), threads + " threads");
    }
    assertFalse(Arrays.equals(one, batch(augmented(6), ROWS)));
  }

  @Test
  void aPictureDoesNotDependOnItsPlaceInTheBatch() {
    var alone = batch(augmented(5), 20);
    var among = batch(augmented(5), 3, 20, 4);
    int bytes = SIDE * SIDE;
    assertArrayEquals(alone, Arrays.copyOfRange(among, bytes, 2 * bytes));
  }

  @Test
  void eachEpochDrawsAnewAndSeesItsOwnExamples() {
    var first = batch(augmented(5).epoch(0), ROWS);
    assertArrayEquals(first, batch(augmented(5), ROWS));
    assertFalse(Arrays.equals(first, batch(augmented(5).epoch(1), ROWS)));
    assertArrayEquals(
        batch(augmented(5).epoch(1), ROWS), batch(augmented(5).epoch(3).epoch(1), ROWS));
    var plain = Transformed.of(new Pictures(100, 0), 5, List.of()).epoch(2);
    assertArrayEquals(batch(new Pictures(100, 2), ROWS), batch(plain, ROWS));
  }

  @Test
  void someOfThemDrawAnewTooAndKeepTheirNumbers() {
    var some = augmented(5).select(20, 21);
    assertArrayEquals(batch(augmented(5).epoch(1), 21), batch(some.epoch(1), 1));
    assertFalse(Arrays.equals(batch(some, 1), batch(some.epoch(1), 1)));
  }

  @Test
  void manyBatchesAtOnceDoNotMeet() {
    var examples = augmented(5);
    var expected = batch(examples, ROWS);
    IntStream.range(0, 64)
        .parallel()
        .forEach(i -> assertArrayEquals(expected, batch(examples, ROWS)));
  }

  @Test
  void fieldsTellWhatComesOut() {
    var cut = Transformed.of(new Pictures(10, 0), 1, List.of(new Crop(8, 6)));
    var image = cut.inputs().getFirst();
    assertEquals(TensorType.of(DType.U8, 8, 6), image.stored());
    assertEquals(1 / 255.0, image.scale());
    var real = Transformed.of(new Pictures(10, 0), 1, List.of(new Crop(8, 6), new Normalize()));
    assertEquals(TensorType.f32(8, 6), real.inputs().getFirst().stored());
    assertEquals(1, real.inputs().getFirst().scale());
    var values = MemorySegment.ofArray(batch(real, 0));
    // The middle begins at row 2, column 3.
    assertEquals((2 * SIDE + 3) / 255f, values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
    var target = MemorySegment.ofArray(new int[2]);
    cut.gather(1, new int[] {7, 4}, 0, 2, target);
    assertEquals(4, target.getAtIndex(ValueLayout.JAVA_INT, 1));
  }

  @Test
  void whatIsNoPictureIsRefused() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Transformed.of(new Pictures(10, 0), 1, List.of(new Crop(99, 1))));
    assertTrue(refused.getMessage().startsWith("Crop: expected a picture of at least 99 × 1"));
    assertThrows(IllegalArgumentException.class, () -> augmented(1).threads(0));
  }

  /** A transform that fails for one picture, which must not end the others half-way. */
  private record Failing() implements ImageTransform {
    @Override
    public void apply(
        dev.backplane.layers.vision.transform.Pixels from,
        dev.backplane.layers.vision.transform.Pixels to,
        dev.backplane.layers.vision.transform.Dice dice) {
      if (from.values()[0] == 7 * 5) {
        throw new IllegalStateException("picture 5");
      }
      System.arraycopy(from.values(), 0, to.values(), 0, from.size().values());
    }
  }

  @Test
  void aFailureOfOnePictureIsTheBatchsAndTheNextBatchIsWhole() {
    var examples = Transformed.of(new Pictures(10, 0), 1, List.of(new Failing())).threads(3);
    var failed = assertThrows(IllegalStateException.class, () -> batch(examples, 3, 4, 5, 6));
    assertEquals("picture 5", failed.getMessage());
    assertArrayEquals(batch(new Pictures(10, 0), 6, 7), batch(examples, 6, 7));
  }

  @Test
  void aBatchAllocatesNothing() {
    var examples = augmented(5).threads(1);
    var feature = examples.inputs().getFirst();
    var target = MemorySegment.ofArray(new byte[(int) feature.batch(ROWS.length).bytes()]);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 300 && least > 0; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      examples.gather(0, ROWS, 0, ROWS.length, target);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least, "bytes of a batch");
  }
}
