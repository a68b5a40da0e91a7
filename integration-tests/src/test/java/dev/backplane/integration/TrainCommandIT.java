package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training and what follows it, from the command line, on data that comes with the recipe. */
class TrainCommandIT {
  private static final Pattern ACCURACY = Pattern.compile("\"test_accuracy\":([0-9.]+)");
  private static final Pattern LOSS = Pattern.compile("\"train_loss\":([-0-9.eE]+)");

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result run(int exitCode, String... arguments) throws Exception {
    var result = launcher.run(arguments);
    assertEquals(exitCode, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private static String figure(Pattern pattern, Launcher.Result result) {
    var found = pattern.matcher(result.lastLine());
    assertTrue(found.find(), result::toString);
    return found.group(1);
  }

  @Test
  void trainEndsWithAResultAndLeavesARunThatCanBeEvaluatedAndAsked() throws Exception {
    var trained = run(0, "train", "iris-mlp", "--json", "--out", "run");
    assertTrue(
        trained
            .lines()
            .getFirst()
            .matches(
                "\\{\"event\":\"started\",\"recipe\":\"iris-mlp\",\"device\":\"cpu\",\"epochs\":50,"
                    + "\"stepsOfEpoch\":8,\"processMilliseconds\":[0-9.]+,\"run\":\"run\"}"),
        trained::toString);
    assertTrue(
        trained.lastLine().startsWith("{\"event\":\"result\",\"recipe\":\"iris-mlp\","),
        trained::toString);
    assertTrue(trained.lastLine().contains("\"run\":\"run\""), trained::toString);
    assertTrue(Double.parseDouble(figure(ACCURACY, trained)) >= 0.85, trained::toString);
    var evaluated = run(0, "evaluate", "run", "--json");
    assertTrue(evaluated.lastLine().startsWith("{\"event\":\"result\""), evaluated::toString);
    assertEquals(figure(ACCURACY, trained), figure(ACCURACY, evaluated));
    var predicted = run(0, "predict", "run", "5.1,3.5,1.4,0.2");
    assertTrue(predicted.out().contains("setosa"), predicted::toString);
  }

  @Test
  void theSameSeedGivesTheSameLossAlsoAcrossAResume() throws Exception {
    var whole = run(0, "train", "iris-mlp", "--json", "--epochs", "4", "--out", "whole");
    run(0, "train", "iris-mlp", "--json", "--epochs", "2", "--out", "halves");
    var halves =
        run(0, "train", "iris-mlp", "--json", "--epochs", "4", "--out", "halves", "--resume");
    assertEquals(figure(LOSS, whole), figure(LOSS, halves));
  }

  @Test
  void anInterruptedTrainingKeepsACheckpointAndGoesOn() throws Exception {
    var running =
        launcher.start("train", "iris-mlp", "--json", "--epochs", "1000000", "--out", "run");
    var deadline = Instant.now().plusSeconds(120);
    while (!Files.readString(running.out()).contains("\"epoch\":3")) {
      if (!running.process().isAlive() || Instant.now().isAfter(deadline)) {
        running.process().destroyForcibly();
        throw new AssertionError("it came to no third epoch: " + running.await());
      }
      Thread.sleep(20);
    }
    running.interrupt();
    var interrupted = running.await();
    assertEquals(130, interrupted.exitCode(), interrupted::toString);
    assertTrue(interrupted.err().startsWith("interrupted; go on with"), interrupted::toString);
    assertTrue(Files.isDirectory(folder.resolve("run")));
    run(0, "evaluate", "run");
  }

  /**
   * Whenever it comes: before the JVM has a handler the signal itself ends the process, and what
   * started it is told the same.
   */
  @Test
  void anInterruptAtAnyMomentOfTheStartEndsQuietly() throws Exception {
    for (int wait = 200; wait <= 2000; wait += 300) {
      var running = launcher.start("train", "iris-mlp", "--epochs", "1000000");
      Thread.sleep(wait);
      running.interrupt();
      var interrupted = running.await();
      assertEquals(130, interrupted.exitCode(), interrupted::toString);
      assertFalse(interrupted.err().contains("\tat "), interrupted::toString);
      assertFalse(interrupted.err().contains("cannot write"), interrupted::toString);
    }
  }

  @Test
  void anUnknownRecipeIsWrongUsageWithASuggestion() throws Exception {
    var result = run(2, "train", "irs-mlp");
    assertTrue(
        result.err().contains("there is no recipe 'irs-mlp'; did you mean 'iris-mlp'?"),
        result::toString);
  }

  @Test
  void anUnknownDeviceIsWrongUsageWithASuggestion() throws Exception {
    var result = run(2, "train", "iris-mlp", "--device", "cpuu");
    assertTrue(
        result.err().contains("there is no device 'cpuu'; did you mean 'cpu'?"), result::toString);
  }

  @Test
  void resumingNeedsARunFolder() throws Exception {
    var result = run(2, "train", "iris-mlp", "--resume");
    assertTrue(result.err().contains("--resume needs --out"), result::toString);
  }

  @Test
  void resumingNeedsARunThatIsThere() throws Exception {
    var result = run(2, "train", "iris-mlp", "--resume", "--out", "nowhere");
    assertTrue(
        result
            .err()
            .contains("--resume: nowhere: no such folder; leave --resume out to begin a run there"),
        result::toString);
    assertTrue(Files.notExists(folder.resolve("nowhere")), result::toString);
  }

  @Test
  void devicesNamesEachWithItsBundleAndReason() throws Exception {
    var lines = run(0, "devices", "--json").lines();
    assertTrue(
        lines
            .getFirst()
            .startsWith(
                "{\"event\":\"device\",\"id\":\"cpu\",\"bundle\":\"dev.backplane.backend.cpu\""),
        lines::toString);
    assertTrue(
        lines.stream().anyMatch(line -> line.contains("\"id\":\"reference\"")), lines::toString);
  }

  @Test
  void recipesAreListed() throws Exception {
    var out = run(0, "recipes").out();
    for (var recipe : new String[] {"iris-mlp", "mnist-mlp", "fashion-mnist-cnn"}) {
      assertTrue(out.contains(recipe), out);
    }
  }

  @Test
  void whyOfARecipeTellsWhereEachNodeRuns() throws Exception {
    var nodes = run(0, "why", "iris-mlp", "--json").lines();
    assertTrue(nodes.size() > 10, nodes::toString);
    for (var node : nodes) {
      assertTrue(node.startsWith("{\"event\":\"node\",\"origin\":"), node);
      assertFalse(node.contains("\"reason\":\"\""), node);
    }
    assertTrue(nodes.stream().anyMatch(node -> node.contains("\"op\":\"Dot\"")), nodes::toString);
  }
}
