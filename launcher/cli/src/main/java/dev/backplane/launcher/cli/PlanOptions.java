package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Trainer;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Metric;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With which settings, data, seed and batch a command opens its recipes. */
class PlanOptions {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the recipe; may be given several times.")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "A folder or package file that holds the data set, instead of cache and network.")
  @Nullable Path data;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of initial values, order and random numbers. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Examples in a batch; the recipe says otherwise.")
  @Nullable Integer batch;

  static Recipe recipe(Backplane backplane, String name) {
    var recipes = backplane.recipes();
    return recipes.stream()
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.WRONG_USAGE,
                    "there is no recipe '"
                        + name
                        + "'"
                        + Nearest.hint(name, recipes.stream().map(Recipe::name).toList())));
  }

  /** What the recipe makes of the settings; a wrong one is wrong usage. */
  static Recipe.Plan plan(
      Backplane backplane,
      Recipe recipe,
      Map<String, String> settings,
      DatasetProvider.Access access,
      long seed,
      Map<String, String> files) {
    try {
      return recipe.plan(new Recipe.Request(settings, access, seed, backplane.parts(), files));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.WRONG_USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The trainer of a plan: its model, loss, optimizer, metrics and transforms.
   *
   * @param further metrics beside those of the plan
   */
  static Trainer trainer(Backplane backplane, Recipe recipe, Recipe.Plan plan, Metric... further) {
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .name(recipe.name())
        .metrics(
            Stream.concat(plan.metrics().stream(), Arrays.stream(further)).toArray(Metric[]::new))
        .transforms(plan.transforms().toArray(GradientTransform[]::new));
  }

  DatasetProvider.Access access(PrintWriter progress) {
    return access(data, progress);
  }

  static DatasetProvider.Access access(@Nullable Path data, PrintWriter progress) {
    return new DatasetProvider.Access(Optional.ofNullable(data), progress::println);
  }

  int batch(Recipe.Plan plan) {
    if (batch == null) {
      return plan.batch();
    }
    if (batch < 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--batch: expected 1 or more, found " + batch);
    }
    return batch;
  }
}
