package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code train} notes in a run folder, so that {@code evaluate} and {@code predict} find the
 * recipe again.
 *
 * @param recipe the recipe's name
 * @param settings as they were given
 * @param seed of the run
 * @param classes the names of the classes; empty where there are none
 */
record RunNotes(String recipe, Map<String, String> settings, long seed, List<String> classes) {
  private static final String RECIPE = "recipe";
  private static final String SEED = "seed";
  private static final String CLASSES = "classes";
  private static final String SETTING = "set.";

  Trainer on(Trainer trainer) {
    trainer.note(RECIPE, recipe).note(SEED, String.valueOf(seed));
    trainer.note(CLASSES, String.join("\n", classes));
    settings.forEach((key, value) -> trainer.note(SETTING + key, value));
    return trainer;
  }

  /** A run folder, or a model file that was exported of one. */
  static Run open(Backplane backplane, Path run, Target target) {
    return Files.isRegularFile(run) ? backplane.load(run, target) : backplane.open(run, target);
  }

  static RunNotes of(Run run) {
    var notes = run.notes();
    var recipe = notes.get(RECIPE);
    if (recipe == null) {
      throw new CommandException(
          ExitCode.FAILED,
          "the run was not made by './backplane train': it does not name its recipe");
    }
    var settings = new LinkedHashMap<String, String>();
    notes.forEach(
        (key, value) -> {
          if (key.startsWith(SETTING)) {
            settings.put(key.substring(SETTING.length()), value);
          }
        });
    var classes = notes.getOrDefault(CLASSES, "");
    return new RunNotes(
        recipe,
        settings,
        Long.parseLong(notes.getOrDefault(SEED, "1")),
        classes.isEmpty() ? List.of() : Arrays.asList(classes.split("\n")));
  }
}
