package dev.backplane.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.launcher.cli.SearchFolder.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
  @TempDir Path folder;

  @Test
  void aGridIsEveryCombinationAndCommasInBracketsBelongToAValue() {
    var space =
        SearchSpace.of(List.of("rate=1e-3, 1e-4", "optimizer=sgd(momentum=0.9,nesterov=true)"));
    assertEquals(
        List.of(
            Map.of("rate", "1e-3", "optimizer", "sgd(momentum=0.9,nesterov=true)"),
            Map.of("rate", "1e-4", "optimizer", "sgd(momentum=0.9,nesterov=true)")),
        space.grid());
    assertEquals(6, SearchSpace.of(List.of("a=1,2", "b=1,2,3")).grid().size());
  }

  @Test
  void randomTrialsFollowTheSeedAndDrawRangesWithinTheirBounds() {
    var space = SearchSpace.of(List.of("rate=1e-4..1e-1", "units=8,16"));
    var trials = space.random(50, 3);
    assertEquals(trials, space.random(50, 3));
    assertNotEquals(trials, space.random(50, 4));
    int small = 0;
    for (var trial : trials) {
      double rate = Double.parseDouble(trial.get("rate"));
      assertTrue(rate >= 1e-4 && rate <= 1e-1, "rate " + rate);
      small += rate < Math.sqrt(1e-4 * 1e-1) ? 1 : 0;
      assertTrue(List.of("8", "16").contains(trial.get("units")));
    }
    assertTrue(small > 12 && small < 38, small + " of 50 in the lower orders of magnitude");
  }

  @Test
  void whatIsNoSpaceIsWrongUsage() {
    for (var text : List.of("rate", "=1", "rate=")) {
      assertThrows(CommandException.class, () -> SearchSpace.of(List.of(text)), text);
    }
    assertThrows(CommandException.class, () -> SearchSpace.of(List.of()));
    assertThrows(CommandException.class, () -> SearchSpace.of(List.of("a=1", "a=2")));
    assertThrows(CommandException.class, () -> SearchSpace.of(List.of("a=1..2")).grid());
    for (var range : List.of("a=0..1", "a=2..1", "a=x..1")) {
      assertThrows(CommandException.class, () -> SearchSpace.of(List.of(range)).random(1, 1));
    }
  }

  private static Map<String, @Nullable Object> about(String recipe) {
    var about = new LinkedHashMap<String, @Nullable Object>();
    about.put("recipe", recipe);
    about.put("over", List.of("rate=1e-3,\"x\""));
    about.put("batch", null);
    return about;
  }

  @Test
  void whatHasEndedIsThereForTheNextProcessAndAnotherSearchIsRefused() throws IOException {
    var trial =
        new Trial(2, 9, Map.of("rate", "1e-3"), Map.of("loss", 0.1234567890123, "n", Double.NaN));
    var first = SearchFolder.open(folder, about("iris-mlp"));
    first.add(trial);
    first.add(new Trial(1, 9, Map.of(), Map.of()));
    Files.writeString(folder.resolve(".trials.jsonl.part"), "{\"event\":\"tri");
    var again = SearchFolder.open(folder, about("iris-mlp"));
    assertEquals(trial, again.find(2, 9).orElseThrow());
    assertTrue(again.find(1, 9).isPresent());
    assertTrue(again.find(2, 27).isEmpty());
    assertEquals(2, Files.readAllLines(folder.resolve("trials.jsonl")).size());
    assertThrows(CommandException.class, () -> SearchFolder.open(folder, about("mnist-mlp")));
    Files.writeString(folder.resolve("trials.jsonl"), "{\"trial\":");
    assertThrows(CommandException.class, () -> SearchFolder.open(folder, about("iris-mlp")));
  }
}
