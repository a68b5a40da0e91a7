package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Callback;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A recipe's training as {@code train}, its folds and {@code search} do it: from settings to a run
 * folder.
 *
 * @param options batch and seed
 * @param stop ends it when somebody asks
 * @param beginning sets the trainer up further
 * @param plots what is drawn of a training that came to its end
 */
record RecipeTraining(
    Backplane backplane,
    Recipe recipe,
    RecipeOptions options,
    DatasetProvider.Access access,
    Target target,
    StopWhenAsked stop,
    Consumer<Trainer> beginning,
    RunPlots plots) {
  /** How progress is shown, once it is known where it runs. */
  interface Progress extends BiFunction<String, Path, ProgressDisplay> {}

  /**
   * What a training came to.
   *
   * @param summary for people
   * @param own the figures of the recipe's own
   * @param metrics all figures, the recipe's own behind the others
   * @param isWhole whether it was not broken off
   */
  record Result(
      String summary,
      Map<String, Double> own,
      Map<String, Double> metrics,
      String device,
      int epochs,
      long steps,
      double seconds,
      double samplesPerSecond,
      boolean isWhole) {
    /** The result line. */
    Map<String, Object> fields(String recipe, Path folder) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "result");
      fields.put("recipe", recipe);
      fields.put("device", device);
      fields.put("epochs", epochs);
      fields.put("steps", steps);
      fields.put("seconds", seconds);
      fields.put("samplesPerSecond", samplesPerSecond);
      fields.put("metrics", metrics);
      fields.put("run", folder.toString());
      return fields;
    }
  }

  /** What the recipe makes of settings; a wrong one is wrong usage. */
  Recipe.Plan plan(Map<String, String> settings) {
    return PlanOptions.plan(backplane, recipe, settings, access, options.seed, Map.of());
  }

  /**
   * Trains to the end, or until somebody asks for it.
   *
   * @param plan what {@link #plan} made of the settings
   * @param settings of the recipe
   * @param epochs in all; empty for those of the recipe
   * @param resume whether to go on with what is in the folder
   */
  Result train(
      Recipe.Plan plan,
      Map<String, String> settings,
      OptionalInt epochs,
      Path folder,
      boolean resume,
      Progress progress) {
    int total = epochs.orElse(plan.epochs());
    stop.trainingBegins();
    try (var display = progress.apply(target.device(), folder);
        var run = fit(trainer(plan, settings, display).out(folder).resume(resume), plan, total)) {
      display.close();
      boolean whole = !(stop.isAsked() && run.epochs() < total);
      var own = whole ? recipe.measure(run, plan) : Map.<String, Double>of();
      if (whole) {
        plots.draw(run, plan.data(), folder);
      }
      return result(run, own, whole);
    }
  }

  /** What does not fit together is found when it begins: a path to freeze, weights, a goal. */
  private Run fit(Trainer trainer, Recipe.Plan plan, int epochs) {
    try {
      return trainer.fit(
          plan.data().train().shuffle(options.seed).batch(options.batch(plan)),
          plan.data().test().batch(256),
          Epochs.epochs(epochs),
          target);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.WRONG_USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static Result result(Run run, Map<String, Double> own, boolean whole) {
    var metrics = new LinkedHashMap<>(run.metrics());
    metrics.putAll(own);
    return new Result(
        run.toString(),
        own,
        metrics,
        run.device().id(),
        run.epochs(),
        run.steps(),
        run.seconds(),
        run.samplesPerSecond(),
        whole);
  }

  private Trainer trainer(Recipe.Plan plan, Map<String, String> settings, Callback progress) {
    var trainer =
        PlanOptions.trainer(backplane, recipe, plan)
            .seed(options.seed)
            .callbacks(callbacks(plan, progress));
    plan.files().forEach(trainer::file);
    plan.validation().ifPresent(examples -> trainer.validation(examples.batch(256)));
    plan.best().ifPresent(trainer::keepBest);
    beginning.accept(trainer);
    return new RunNotes(recipe.name(), settings, options.seed, plan.data().classes()).on(trainer);
  }

  /** The plan's first: they may end a training that is to be shown as ended. */
  private Callback[] callbacks(Recipe.Plan plan, Callback progress) {
    return Stream.concat(plan.callbacks().stream(), Stream.of(progress, stop))
        .toArray(Callback[]::new);
  }
}
