package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.Callback;
import dev.backplane.EarlyStopping;
import dev.backplane.Goal;
import dev.backplane.ReduceOnPlateau;
import dev.backplane.Run;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Splitting;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rate so high that the figures go up and down: the best epoch is not the last. */
class BestEpochTest {
  private static final Goal GOAL = Goal.least("validation_loss");
  private static final int EPOCHS = 12;

  @TempDir Path folder;

  private static Trainer trainer(Callback... callbacks) {
    return Tiny.trainer(Tiny.model(), 0.4).keepBest(GOAL).callbacks(callbacks);
  }

  private static Run fit(Trainer trainer, int epochs) {
    var split = Splitting.random(5).holdOut(Tiny.quadrants(100), 0.3);
    return trainer
        .validation(split.held().batch(8))
        .fit(
            split.train().shuffle(7).batch(16), Tiny.test(), Epochs.epochs(epochs), Tiny.REFERENCE);
  }

  private static Callback stopping() {
    return new EarlyStopping(GOAL, 2);
  }

  private static void assertSame(Map<String, Literal> expected, Map<String, Literal> found) {
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (path, value) -> assertArrayEquals(value.toDoubles(), found.get(path).toDoubles(), path));
  }

  @Test
  void theRunHasTheWeightsAndFiguresOfItsBestEpochInMemoryAndInAFolder() {
    try (var run = fit(trainer(), EPOCHS);
        var kept = fit(trainer().out(folder.resolve("run")), EPOCHS)) {
      int best = GOAL.best(run.history()).orElseThrow() + 1;
      assertTrue(best < EPOCHS, "the best epoch is the last: this shows nothing");
      assertEquals(run.history().get(best - 1), run.metrics());
      try (var shorter = fit(Tiny.trainer(Tiny.model(), 0.4), best);
          var opened =
              FinishedRun.open(
                  Tiny.devices(), Tiny.registry(), folder.resolve("run"), Tiny.REFERENCE)) {
        assertSame(shorter.parameters(), run.parameters());
        assertSame(shorter.parameters(), kept.parameters());
        assertSame(shorter.parameters(), opened.parameters());
        assertEquals(run.metrics(), opened.metrics());
        assertEquals(EPOCHS, opened.epochs());
      }
    }
  }

  @Test
  void aRunThatIsStoppedEarlyEndsTheSameWithResumesBetweenAllItsEpochs() throws IOException {
    var whole = folder.resolve("whole");
    var parts = folder.resolve("parts");
    try (var run = fit(trainer(stopping()).out(whole), EPOCHS)) {
      assertTrue(run.epochs() < EPOCHS, "not stopped: this shows nothing");
      for (int epochs = 1; epochs <= EPOCHS; epochs++) {
        fit(trainer(stopping()).out(parts).resume(true), epochs).close();
      }
      try (var resumed = fit(trainer(stopping()).out(parts).resume(true), EPOCHS)) {
        assertEquals(run.epochs(), resumed.epochs());
        assertEquals(run.metrics(), resumed.metrics());
        assertSame(run.parameters(), resumed.parameters());
      }
      assertEquals(
          Files.readString(whole.resolve("metrics.csv")),
          Files.readString(parts.resolve("metrics.csv")));
    }
  }

  @Test
  void theRateFallsTheSameWithAndWithoutAResume() {
    var reduce = new ReduceOnPlateau(GOAL, 0.3, 1);
    try (var run = fit(trainer(reduce).out(folder.resolve("whole")), 6);
        var first = fit(trainer(reduce).out(folder.resolve("parts")), 3)) {
      assertTrue(reduce.factorAfter(run.history()) < 1, "never reduced: this shows nothing");
      first.close();
      try (var resumed = fit(trainer(reduce).out(folder.resolve("parts")).resume(true), 6)) {
        assertEquals(run.history(), resumed.history());
      }
    }
  }

  @Test
  void onlyTheBestAndTheLastCheckpointsAreKept() throws IOException {
    fit(trainer().out(folder.resolve("run")), EPOCHS).close();
    try (var paths = Files.list(folder.resolve("run/checkpoints"))) {
      assertEquals(1 + RunFolder.KEPT, paths.count());
    }
  }

  @Test
  void aGoalNobodyMeasuresAndABestEpochThatIsGoneAreNamed() throws IOException {
    var run = folder.resolve("run");
    var wrong = Tiny.trainer().keepBest(Goal.least("validation_loss"));
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () -> wrong.fit(Tiny.train(), Tiny.test(), Epochs.epochs(1), Tiny.REFERENCE));
    assertEquals(
        "goal: no figure \"validation_loss\" is measured; expected one of"
            + " [train_loss, train_accuracy, test_loss, test_accuracy]",
        failure.getMessage());
    fit(trainer().out(run), 2).close();
    var other =
        assertThrows(
            BackplaneException.class,
            () -> fit(Tiny.trainer(Tiny.model(), 0.4).out(run).resume(true), 3));
    assertTrue(
        String.valueOf(other.getMessage())
            .contains("best is least validation_loss in the run, not kept now"),
        other.getMessage());
    try (var paths = Files.list(run.resolve("checkpoints"))) {
      for (var path : paths.filter(p -> p.getFileName().toString().startsWith("best-")).toList()) {
        Files.delete(path.resolve("state.safetensors"));
      }
    }
    assertThrows(
        MalformedModelException.class,
        () -> FinishedRun.open(Tiny.devices(), Tiny.registry(), run, Tiny.REFERENCE));
  }
}
