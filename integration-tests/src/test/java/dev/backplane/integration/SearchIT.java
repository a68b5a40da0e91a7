package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search over settings: to its end, killed in the middle and begun again, refused. */
class SearchIT {
  private static final int TRIALS = 6;

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result run(int exitCode, List<String> arguments) throws Exception {
    var result = launcher.run(arguments.toArray(String[]::new));
    assertEquals(exitCode, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private static List<String> search(String... further) {
    var words =
        new ArrayList<>(
            List.of(
                "search",
                "iris-mlp",
                "--over",
                "rate=0.5,0.1,5e-2,1e-2,5e-3,1e-3",
                "--set",
                "units=4"));
    words.addAll(List.of("--most", "test_accuracy", "--json"));
    words.addAll(List.of(further));
    return words;
  }

  private List<String> trials(String search) throws IOException {
    var file = folder.resolve(search).resolve("trials.jsonl");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  @Test
  void aKilledSearchGoesOnAndComesToTheSame() throws Exception {
    var whole = run(0, search("--epochs", "40", "--out", "whole"));
    assertEquals(TRIALS + 1, whole.lines().size(), whole::toString);
    assertEquals(whole.lines().subList(0, TRIALS), trials("whole"));
    var name = killedBeforeItsEnd();
    int ended = trials(name).size();
    assertEquals(trials("whole").subList(0, ended), trials(name));
    var again = run(0, search("--epochs", "40", "--out", name));
    assertEquals(TRIALS - ended + 1, again.lines().size(), again::toString);
    assertEquals(trials("whole"), trials(name));
    assertEquals(whole.lastLine().replace("whole/", ""), again.lastLine().replace(name + "/", ""));
    var other = run(1, search("--epochs", "500", "--out", name));
    assertTrue(other.err().contains("another search began here"), other::toString);
  }

  /** The folder of a search that was killed after its first trial and before its last. */
  private String killedBeforeItsEnd() throws Exception {
    for (int tries = 1; tries <= 20; tries++) {
      var name = "killed" + tries;
      var search = launcher.start(search("--epochs", "40", "--out", name).toArray(String[]::new));
      var deadline = Instant.now().plusSeconds(120);
      while (trials(name).isEmpty()
          && search.process().isAlive()
          && Instant.now().isBefore(deadline)) {
        Thread.sleep(1);
      }
      search.process().destroyForcibly();
      var killed = search.await();
      assertFalse(trials(name).isEmpty(), () -> "no trial ended: " + killed);
      // A busy machine may have given this thread no turn before the search was over: once more.
      if (trials(name).size() < TRIALS) {
        return name;
      }
    }
    throw new AssertionError("each search was over before it was killed");
  }

  @Test
  void halvingTrainsTheBetterThirdOn() throws Exception {
    var result =
        run(
            0,
            List.of(
                "search",
                "iris-mlp",
                "--over",
                "rate=1e-4..1e-1",
                "--random",
                "4",
                "--halving",
                "1",
                "--epochs",
                "3",
                "--least",
                "train_loss",
                "--json",
                "--out",
                "halving"));
    var trials = trials("halving");
    assertEquals(6, trials.size(), trials::toString);
    assertEquals(4, trials.stream().filter(line -> line.contains("\"epochs\":1,")).count());
    assertEquals(2, trials.stream().filter(line -> line.contains("\"epochs\":3,")).count());
    assertTrue(result.lastLine().contains("\"epochs\":3,"), result::toString);
    assertFalse(Files.exists(folder.resolve("halving/trial-001/plots")));
  }

  @Test
  void whatIsWrongIsSaidBeforeAnythingIsTrained() throws Exception {
    var value = run(2, List.of("search", "iris-mlp", "--over", "units=8,none", "--out", "no"));
    assertTrue(value.err().contains("--set units: expected a whole number"), value::toString);
    assertFalse(Files.exists(folder.resolve("no")), value::toString);
    var figure = run(2, List.of("search", "iris-mlp", "--over", "units=8", "--out", "figure"));
    assertTrue(
        figure.err().contains("no figure \"validation_loss\" is measured"), figure::toString);
  }
}
