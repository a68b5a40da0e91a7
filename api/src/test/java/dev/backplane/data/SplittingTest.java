package dev.backplane.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplittingTest {
  /** Row i holds i; its class is 1 for each tenth row, else 0. */
  private record Numbers(int size) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("number", TensorType.of(DType.I32)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(new Feature("rare", TensorType.of(DType.U8), DType.I32, 1, 0));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        if (field == 0) {
          target.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, row);
        } else {
          target.set(ValueLayout.JAVA_BYTE, i, (byte) (row % 10 == 0 ? 1 : 0));
        }
      }
    }
  }

  private static int[] rows(Examples examples) {
    return IntStream.range(0, examples.size())
        .map(i -> (int) examples.example(i).input().longAt(0))
        .toArray();
  }

  private static long rare(Examples examples) {
    return IntStream.of(rows(examples)).filter(row -> row % 10 == 0).count();
  }

  private static void assertDivides(Splitting.Split split, int size) {
    var together =
        IntStream.concat(IntStream.of(rows(split.train())), IntStream.of(rows(split.held())));
    assertArrayEquals(IntStream.range(0, size).toArray(), together.sorted().toArray());
  }

  @Test
  void whatIsHeldOutIsTheRestOfWhatIsTrainedOnAndFollowsTheSeed() {
    var split = Splitting.random(1).holdOut(new Numbers(200), 0.25);
    assertEquals(50, split.held().size());
    assertDivides(split, 200);
    var held = rows(split.held());
    assertArrayEquals(held, rows(Splitting.random(1).holdOut(new Numbers(200), 0.25).held()));
    assertFalse(
        java.util.Arrays.equals(
            held, rows(Splitting.random(2).holdOut(new Numbers(200), 0.25).held())));
  }

  @Test
  void stratifiedPartsHaveTheClassesInTheSameShares() {
    var split = Splitting.stratified(3).holdOut(new Numbers(200), 0.2);
    assertEquals(40, split.held().size());
    assertEquals(4, rare(split.held()));
    for (var fold : Splitting.stratified(3).folds(new Numbers(103), 5)) {
      assertTrue(rare(fold.held()) >= 2 && rare(fold.held()) <= 3, "rare " + rare(fold.held()));
    }
  }

  @Test
  void eachExampleIsHeldOutInExactlyOneFold() {
    var folds = Splitting.random(7).folds(new Numbers(103), 5);
    assertEquals(5, folds.size());
    var held = IntStream.empty();
    for (var fold : folds) {
      assertDivides(fold, 103);
      assertTrue(fold.held().size() == 20 || fold.held().size() == 21);
      held = IntStream.concat(held, IntStream.of(rows(fold.held())));
    }
    assertArrayEquals(IntStream.range(0, 103).toArray(), held.sorted().toArray());
  }

  @Test
  void aBatchOfSelectedExamplesIsGatheredInTheOrderAskedFor() {
    var some = new Numbers(100).select(42, 7, 90);
    var target = MemorySegment.ofArray(new int[2]);
    some.gather(0, new int[] {0, 2, 1}, 1, 2, target);
    assertArrayEquals(new int[] {90, 7}, target.toArray(ValueLayout.JAVA_INT));
    assertThrows(IndexOutOfBoundsException.class, () -> new Numbers(3).select(3));
  }

  @Test
  void partsThatWouldBeEmptyAndWrongNumbersAreRefused() {
    var numbers = new Numbers(5);
    for (double share : new double[] {0, 1, 0.01, 0.99, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> Splitting.random(1).holdOut(numbers, share));
    }
    for (int k : new int[] {0, 1, 6}) {
      assertThrows(IllegalArgumentException.class, () -> Splitting.random(1).folds(numbers, k));
    }
  }
}
