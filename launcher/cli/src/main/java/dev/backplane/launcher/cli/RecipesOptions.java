package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Target;
import dev.backplane.data.Recipe;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which recipes a command asks which devices about; every node is to be the device's own. */
final class RecipesOptions extends PlanOptions {
  @Parameters(
      arity = "0..*",
      paramLabel = "RECIPE",
      description = "Names as './backplane recipes' lists them. Default: all.")
  List<String> names = List.of();

  @Option(
      names = "--device",
      paramLabel = "ID",
      required = true,
      split = ",",
      description = "Devices as './backplane devices' lists them, separated by commas.")
  List<String> devices = List.of();

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  /** The recipes that were named, or all. */
  List<Recipe> recipes(Backplane backplane) {
    if (names.isEmpty() && !settings.isEmpty()) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "--set: a setting is a recipe's own: expected a RECIPE, found "
              + String.join(", ", settings.keySet())
              + " for all of them");
    }
    return names.isEmpty()
        ? backplane.recipes()
        : names.stream().map(name -> recipe(backplane, name)).toList();
  }

  /** The devices, strict. */
  List<Target> targets(Backplane backplane) {
    return devices.stream()
        .map(id -> backplane.device(TargetOptions.named(backplane, id)).strict(true))
        .toList();
  }

  /**
   * What a recipe makes of the settings; a wrong one is wrong usage.
   *
   * @param progress is told what is fetched
   * @param refused is told why there is no plan: no data, or settings that a recipe needs which
   *     nobody named
   */
  Optional<Recipe.Plan> plan(
      Backplane backplane, Recipe recipe, PrintWriter progress, Consumer<String> refused) {
    try {
      return Optional.of(plan(backplane, recipe, settings, access(progress), seed, Map.of()));
    } catch (BackplaneException | CommandException e) {
      if (e instanceof CommandException && !names.isEmpty()) {
        throw e;
      }
      refused.accept("not planned: " + e.getMessage());
      return Optional.empty();
    }
  }
}
