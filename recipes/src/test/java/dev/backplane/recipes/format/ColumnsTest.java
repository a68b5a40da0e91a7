package dev.backplane.recipes.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.Feature;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {
  private static final Feature PAIR = Feature.of("pair", TensorType.of(DType.U8, 2));
  private static final Feature LABEL = Feature.of("label", TensorType.of(DType.U8));

  private static Columns columns(int size, byte[] pairs, byte[] labels) {
    return new Columns(
        size,
        List.of(PAIR),
        List.of(LABEL),
        List.of(MemorySegment.ofArray(pairs), MemorySegment.ofArray(labels)));
  }

  private static Columns three() {
    return columns(3, new byte[] {10, 11, 20, 21, 30, 31}, new byte[] {1, 2, 3});
  }

  @Test
  void gathersRowsInAnyOrder() {
    var target = new byte[8];
    three().gather(0, new int[] {9, 2, 0, 2}, 1, 3, MemorySegment.ofArray(target));
    assertArrayEquals(new byte[] {30, 31, 10, 11, 30, 31, 0, 0}, target);
    three().gather(1, new int[] {2, 0}, 0, 2, MemorySegment.ofArray(target));
    assertEquals(3, target[0]);
    assertEquals(1, target[1]);
  }

  @Test
  void oneExampleIsInItsStoredForm() {
    var example = three().example(1);
    assertEquals("[20, 21]", Arrays.toString(example.input().toLongs()));
    assertEquals(2, example.target().longAt(0));
  }

  @Test
  void aRowThatIsNotThereIsRefused() {
    var target = MemorySegment.ofArray(new byte[8]);
    var error =
        assertThrows(
            IndexOutOfBoundsException.class, () -> three().gather(0, new int[] {3}, 0, 1, target));
    assertEquals("example 3 of 3", error.getMessage());
    assertThrows(
        IndexOutOfBoundsException.class, () -> three().gather(0, new int[] {-1}, 0, 1, target));
  }

  @Test
  void blocksMustFitTheirFields() {
    var error =
        assertThrows(IllegalArgumentException.class, () -> columns(3, new byte[5], new byte[3]));
    assertTrue(
        error
            .getMessage()
            .contains("field pair: expected 6 bytes for 3 examples of u8[2], found 5"),
        error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Columns(0, List.of(PAIR), List.of(LABEL), List.of()));
  }
}
