package dev.backplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class GoalTest {
  private static final Goal LEAST = Goal.least("loss");

  private static List<Map<String, Double>> history(double... losses) {
    return Arrays.stream(losses).mapToObj(loss -> Map.of("loss", loss)).toList();
  }

  @Test
  void theFirstOfTheBestEpochsCounts() {
    assertEquals(OptionalInt.of(2), LEAST.best(history(3, 2, 1, 1, 4)));
    assertEquals(OptionalInt.of(4), Goal.most("loss").best(history(3, 2, 1, 1, 4)));
    assertEquals(OptionalInt.of(1), LEAST.best(history(Double.NaN, 5, Double.NaN)));
    assertEquals(OptionalInt.empty(), LEAST.best(history(Double.NaN)));
    assertEquals(OptionalInt.empty(), Goal.least("other").best(history(1)));
  }

  @Test
  void stoppingWaitsForItsPatienceAndCountsOnlyWhatIsBetterByMoreThanDelta() {
    var patient = new EarlyStopping(LEAST, 2);
    assertFalse(patient.isOver(history(3, 2, 2)));
    assertTrue(patient.isOver(history(3, 2, 2, 2)));
    assertFalse(patient.isOver(history(3, 2, 2, 1.99, 2)));
    assertTrue(new EarlyStopping(LEAST, 2, 0.1).isOver(history(3, 2, 2, 1.99)));
    assertFalse(new EarlyStopping(LEAST, 2, 0.1).isOver(history(3, 2, 1.95, 1.89)));
    assertTrue(patient.isOver(history(Double.NaN, Double.NaN)), "a figure that is no number");
    // What was over stays over, so that a resume does not go on.
    assertTrue(patient.isOver(history(3, 2, 2, 2, 1, 0)));
  }

  @Test
  void theRateFallsOncePerPlateauAndNoLowerThanTheLeast() {
    var reduce = new ReduceOnPlateau(LEAST, 0.5, 2, 0, 0.2);
    assertEquals(1, reduce.factorAfter(history(3, 2, 2)));
    assertEquals(0.5, reduce.factorAfter(history(3, 2, 2, 2)));
    assertEquals(0.5, reduce.factorAfter(history(3, 2, 2, 2, 2)));
    assertEquals(0.25, reduce.factorAfter(history(3, 2, 2, 2, 2, 2)));
    assertEquals(0.2, reduce.factorAfter(history(3, 2, 2, 2, 2, 2, 2, 2, 2, 2)));
  }

  @Test
  void wrongNumbersAndUnknownFiguresAreRefusedByName() {
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(LEAST, 0));
    assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(LEAST, 1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(LEAST, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ReduceOnPlateau(LEAST, 0.5, 1, 0, 1));
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> LEAST.require(List.of("train_loss", "test_loss")));
    assertEquals(
        "goal: no figure \"loss\" is measured; expected one of [train_loss, test_loss]",
        failure.getMessage());
  }
}
