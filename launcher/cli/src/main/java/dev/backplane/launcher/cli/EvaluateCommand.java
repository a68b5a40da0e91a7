package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.data.Recipe;
import dev.backplane.launcher.plots.Confusion;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: a run, measured on its recipe's test data. */
@Command(
    name = "evaluate",
    description = "Measures a run on the test data of its recipe.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Mixin RunOptions runs = new RunOptions();
  @Mixin TargetOptions targets = new TargetOptions();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "A folder or package file that holds the data set, instead of cache and network.")
  @Nullable Path data;

  @Option(
      names = "--classes",
      description = "Of a classifier also precision, recall and F1 of each class.")
  boolean classes;

  @Inject
  EvaluateCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    try (var run = runs.open(backplane, targets.target(backplane))) {
      var notes = RunNotes.of(run);
      var recipe = PlanOptions.recipe(backplane, notes.recipe());
      var plan =
          PlanOptions.plan(
              backplane,
              recipe,
              notes.settings(),
              PlanOptions.access(data, spec.commandLine().getErr()),
              notes.seed(),
              run.files());
      var metrics = new LinkedHashMap<String, Double>();
      run.evaluate(plan.data().test().batch(256))
          .forEach((name, value) -> metrics.put("test_" + name, value));
      metrics.putAll(recipe.measure(run, plan));
      var confusion =
          classes ? Optional.of(confusion(run, plan, recipe)) : Optional.<Confusion>empty();
      if (runs.json) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", "result");
        fields.put("recipe", recipe.name());
        fields.put("device", run.device().id());
        fields.put("epochs", run.epochs());
        fields.put("steps", run.steps());
        fields.put("metrics", metrics);
        confusion.ifPresent(of -> fields.put("classes", ClassReport.fields(of)));
        fields.put("run", runs.folder.toString());
        new JsonLines(spec.commandLine().getOut()).print(fields);
      } else {
        var out = spec.commandLine().getOut();
        out.println(recipe.name() + "  " + ProgressDisplay.text(metrics));
        confusion.ifPresent(of -> ClassReport.lines(of).forEach(out::println));
      }
      return ExitCode.DONE.number;
    }
  }

  private static Confusion confusion(Run run, Recipe.Plan plan, Recipe recipe) {
    return Confusion.of(run, plan.data().test(), plan.data().classes())
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.WRONG_USAGE,
                    "--classes: " + recipe.name() + " does not tell classes apart"));
  }
}
