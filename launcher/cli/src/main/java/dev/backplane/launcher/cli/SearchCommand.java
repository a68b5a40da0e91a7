package dev.backplane.launcher.cli;

import com.google.inject.Inject;
import dev.backplane.Backplane;
import dev.backplane.Goal;
import dev.backplane.launcher.cli.SearchFolder.Trial;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code search}: which settings of a recipe come nearest to a goal. All of a grid, some by chance,
 * or by successive halving (Jamieson and Talwalkar 2016): all trials for a few epochs, the better
 * third of them for three times as many, and so on.
 */
@Command(
    name = "search",
    description = "Tries settings of a recipe; begun again with the same --out it goes on.",
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {
  private final Backplane backplane;
  private final StopWhenAsked stop = new StopWhenAsked();

  @Spec CommandSpec spec;
  @Mixin RecipeOptions recipes = new RecipeOptions();
  @Mixin TargetOptions targets = new TargetOptions();

  @Option(
      names = "--over",
      paramLabel = "KEY=V1,V2",
      description = "Values of a setting, or LEAST..MOST with --random; once for each setting.")
  List<String> over = new ArrayList<>();

  @Option(
      names = "--random",
      paramLabel = "TRIALS",
      description = "So many trials by chance instead of every combination.")
  int random;

  @Option(
      names = "--halving",
      paramLabel = "EPOCHS",
      description = "Successive halving: begin with so many epochs, and go on with the best third.")
  int halving;

  @Option(names = "--epochs", paramLabel = "TOTAL", description = "Epochs of a trial, at most.")
  int epochs;

  @Option(
      names = "--least",
      paramLabel = "FIGURE",
      description = "The figure to be small. Default: validation_loss.")
  @Nullable String least;

  @Option(names = "--most", paramLabel = "FIGURE", description = "The figure to be large.")
  @Nullable String most;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "The folder of the search. Default: a new one under ./runs.")
  @Nullable Path out;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  SearchCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() throws Exception {
    if (random < 0 || halving < 0 || epochs < 0) {
      throw wrong("--random, --halving and --epochs: expected 1 or more");
    }
    if (least != null && most != null) {
      throw wrong("--least and --most: expected one of them, found both");
    }
    if (halving > 0 && epochs < halving) {
      throw wrong("--halving " + halving + " needs --epochs TOTAL of as many or more");
    }
    return Interruptible.run(this::search, stop).orElse(ExitCode.INTERRUPTED).number;
  }

  private static CommandException wrong(String message) {
    return new CommandException(ExitCode.WRONG_USAGE, message);
  }

  private ExitCode search() {
    var recipe = recipes.recipe(backplane);
    var space = SearchSpace.of(over);
    var trials = random > 0 ? space.random(random, recipes.seed) : space.grid();
    var goal =
        most == null ? Goal.least(least == null ? "validation_loss" : least) : Goal.most(most);
    var access = recipes.access(spec.commandLine().getErr());
    var training =
        new RecipeTraining(
            backplane,
            recipe,
            recipes,
            access,
            targets.target(backplane),
            stop,
            trainer -> {},
            new RunPlots.None());
    // All are planned before the first is trained: a wrong value is found at once.
    var plans = new TrialPlans(training, trials.stream().map(this::settings).toList());
    var folder = out == null ? TrainCommand.newFolder(recipe.name() + "-search") : out;
    var kept = SearchFolder.open(folder, about(goal));
    var numbers = new ArrayList<Integer>();
    for (int i = 1; i <= trials.size(); i++) {
      numbers.add(i);
    }
    int asked = halving > 0 ? halving : epochs;
    while (true) {
      var rung = new ArrayList<Trial>();
      for (int number : numbers) {
        var ended = trial(training, plans, kept, number, asked);
        if (ended.isEmpty()) {
          spec.commandLine()
              .getErr()
              .println("interrupted; go on with the same and --out " + folder);
          return ExitCode.INTERRUPTED;
        }
        require(goal, ended.get());
        rung.add(ended.get());
      }
      rung.sort(order(goal));
      if (halving == 0 || asked >= epochs) {
        print(goal, rung.getFirst(), kept);
        return ExitCode.DONE;
      }
      numbers.clear();
      rung.subList(0, Math.ceilDiv(rung.size(), 3)).forEach(trial -> numbers.add(trial.number()));
      asked = Math.min(epochs, 3 * asked);
    }
  }

  /** What a recipe measures by itself is known only after the first training. */
  private static void require(Goal goal, Trial ended) {
    try {
      goal.require(List.copyOf(ended.metrics().keySet()));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.WRONG_USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static Comparator<Trial> order(Goal goal) {
    return (a, b) ->
        goal.isBetter(goal.of(a.metrics()), goal.of(b.metrics()), 0)
            ? -1
            : goal.isBetter(goal.of(b.metrics()), goal.of(a.metrics()), 0) ? 1 : 0;
  }

  private Map<String, String> settings(Map<String, String> trial) {
    var settings = new LinkedHashMap<>(recipes.settings);
    settings.putAll(trial);
    return settings;
  }

  private Map<String, @Nullable Object> about(Goal goal) {
    var about = new LinkedHashMap<String, @Nullable Object>();
    about.put("recipe", recipes.name);
    about.put("over", over);
    about.put("set", recipes.settings);
    about.put("random", random);
    about.put("halving", halving);
    about.put("epochs", epochs);
    about.put("batch", recipes.batch);
    about.put("seed", recipes.seed);
    about.put("goal", goal.toString());
    return about;
  }

  /** One training, made now or found; empty if it was interrupted. */
  private Optional<Trial> trial(
      RecipeTraining training, TrialPlans plans, SearchFolder kept, int number, int asked) {
    var found = kept.find(number, asked);
    if (found.isPresent()) {
      return found;
    }
    var run = kept.run(number);
    boolean begun = Files.isRegularFile(run.resolve("config.json"));
    var total = asked == 0 ? OptionalInt.empty() : OptionalInt.of(asked);
    var settings = plans.settings(number);
    var result =
        training.train(
            plans.plan(number), settings, total, run, begun, (device, folder) -> new Silent());
    if (!result.isWhole()) {
      return Optional.empty();
    }
    var trial = new Trial(number, asked, settings, result.metrics());
    kept.add(trial);
    var line = spec.commandLine().getOut();
    if (json) {
      new JsonLines(line).print(trial.fields());
    } else {
      line.println(
          "trial "
              + number
              + (asked == 0 ? "" : ", " + asked + " epochs")
              + ": "
              + settings
              + "  "
              + ProgressDisplay.text(trial.metrics()));
    }
    return Optional.of(trial);
  }

  /** The trials' own lines are progress enough. */
  private record Silent() implements ProgressDisplay {}

  private void print(Goal goal, Trial best, SearchFolder kept) {
    var line = spec.commandLine().getOut();
    if (json) {
      var fields = best.fields();
      fields.put("event", "result");
      fields.put("recipe", recipes.name);
      fields.put("run", kept.run(best.number()).toString());
      new JsonLines(line).print(fields);
    } else {
      line.println(
          goal
              + ": trial "
              + best.number()
              + " "
              + best.settings()
              + "  "
              + ProgressDisplay.text(best.metrics()));
      line.println("run folder: " + kept.run(best.number()));
    }
  }
}
