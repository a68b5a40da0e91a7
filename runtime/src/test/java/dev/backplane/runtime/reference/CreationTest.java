package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.U32;
import static dev.backplane.tensor.DType.U8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.op.Constant;
import dev.backplane.op.Iota;
import dev.backplane.op.RandomBits;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import org.junit.jupiter.api.Test;

class CreationTest {
  /** The known answers that come with Random123, for philox4x32 of 10 rounds. */
  @Test
  void philoxGivesThePublishedVectors() {
    philox(
        new int[] {0, 0, 0, 0}, 0, 0, new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    philox(
        new int[] {-1, -1, -1, -1},
        -1,
        -1,
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    philox(
        new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
        0xa4093822,
        0x299f31d0,
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
  }

  private static void philox(int[] counter, int key0, int key1, int[] expected) {
    var block = counter.clone();
    Philox.block(block, key0, key1);
    assertArrayEquals(expected, block);
  }

  private static Literal bits(
      Shape shape, int stream, long key0, long key1, long step, long iteration, long offset) {
    return run(
        new RandomBits(shape, stream),
        wholes(U32, key0, key1),
        wholes(U32, Shape.scalar(), step),
        wholes(U32, Shape.scalar(), iteration),
        wholes(U32, Shape.scalar(), offset));
  }

  @Test
  void randomBitsAreWordsOfTheBlockOfTheirElement() {
    // The third published vector: counter (element / 4, iteration, step, stream).
    long element = 4L * 0x243f6a88L & 0xffffffffL;
    assertEquals(0x90fdaa20L, element);
    // 4 · 0x243f6a88 wraps, so element / 4 is 0x243f6a88 with its two highest bits cleared: none.
    givesLongs(
        bits(
            Shape.of(2, 2),
            0x03707344,
            0xa4093822L,
            0x299f31d0L,
            0x13198a2eL,
            0x85a308d3L,
            element),
        0xd16cfe09L,
        0x94fdccebL,
        0x5001e420L,
        0x24126ea1L);
    givesLongs(bits(Shape.of(3), 0, 0, 0, 0, 0, 0), 0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL);
  }

  @Test
  void aReplicaGetsItsPartOfTheGlobalTensor() {
    var whole = bits(Shape.of(11), 7, 1, 2, 3, 4, 0).toLongs();
    var part = bits(Shape.of(5), 7, 1, 2, 3, 4, 6).toLongs();
    assertArrayEquals(java.util.Arrays.copyOfRange(whole, 6, 11), part);
    var wrapped = bits(Shape.of(4), 7, 1, 2, 3, 4, 0xffffffffL).toLongs();
    assertEquals(whole[0], wrapped[1]);
    assertEquals(whole[2], wrapped[3]);
  }

  @Test
  void constantsAreThemselves() {
    var value = Golden.floats(BF16, Shape.of(1, 2), -0.0, Double.NaN);
    gives(run(new Constant(value)), Shape.of(1, 2), -0.0, Double.NaN);
  }

  @Test
  void iotaCountsAlongItsAxis() {
    gives(run(new Iota(TensorType.of(F32, 2, 3), 1)), Shape.of(2, 3), 0, 1, 2, 0, 1, 2);
    gives(run(new Iota(TensorType.of(I32, 2, 3), 0)), Shape.of(2, 3), 0, 0, 0, 1, 1, 1);
    assertEquals(0, run(new Iota(TensorType.of(U8, 257), 0)).longAt(256));
    assertEquals(256, run(new Iota(TensorType.of(BF16, 258), 0)).doubleAt(257));
  }
}
