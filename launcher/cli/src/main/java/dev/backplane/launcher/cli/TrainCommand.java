package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train}: a recipe, from data to a run folder. */
@Command(
    name = "train",
    description = "Trains a recipe; data, model and settings come with it.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  private static final String FOLDS = "folds";
  private static final AtomicInteger FOLDERS = new AtomicInteger();

  private final Backplane backplane;
  private final StopWhenAsked stop = new StopWhenAsked();

  @Spec CommandSpec spec;

  @Mixin RecipeOptions recipes = new RecipeOptions();
  @Mixin TargetOptions targets = new TargetOptions();
  @Mixin BeginningOptions beginning = new BeginningOptions();

  @Option(
      names = "--epochs",
      paramLabel = "TOTAL",
      description = "How often it goes through the data, in all; the recipe says otherwise.")
  @Nullable Integer epochs;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      description = "The run folder. Default: a new one under ./runs.")
  @Nullable Path out;

  @Option(
      names = "--resume",
      description = "Go on from the last checkpoint of the run folder; needs --out.")
  boolean resume;

  @Option(
      names = "--folds",
      paramLabel = "K",
      description =
          "Cross-validation: K trainings, each without another K-th of the training examples.")
  int folds;

  @Option(
      names = "--no-plots",
      description = "Draw no curves and no confusion matrix into the run folder.")
  boolean noPlots;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  TrainCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() throws Exception {
    if (resume && out == null) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--resume needs --out RUN: the folder of the run to go on with");
    }
    if (out != null && out.toString().isEmpty()) {
      throw new CommandException(ExitCode.WRONG_USAGE, "--out: expected a folder, found nothing");
    }
    if (folds < 0 || folds == 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--folds: expected 2 or more, found " + folds);
    }
    if (folds == 0 && resume && out != null && !Files.isRegularFile(out.resolve("config.json"))) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "--resume: "
              + out
              + (Files.isDirectory(out) ? ": there is no run in this folder" : ": no such folder")
              + "; leave --resume out to begin a run there");
    }
    if (epochs != null && epochs < 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--epochs: expected 1 or more, found " + epochs);
    }
    return Interruptible.run(this::train, stop).orElse(ExitCode.INTERRUPTED).number;
  }

  private ExitCode train() {
    var recipe = recipes.recipe(backplane);
    var access = recipes.access(spec.commandLine().getErr());
    var target = targets.target(backplane);
    var setUp = beginning.read(backplane);
    var training =
        new RecipeTraining(backplane, recipe, recipes, access, target, stop, setUp, plots());
    var folder = out == null ? newFolder(recipe.name()) : out;
    return folds == 0
        ? train(training, recipes.settings, folder, resume).isPresent()
            ? ExitCode.DONE
            : ExitCode.INTERRUPTED
        : folds(training, folder);
  }

  private RunPlots plots() {
    return noPlots ? new RunPlots.None() : new RunPlots.Drawn(spec.commandLine().getErr());
  }

  /** Trains once and prints the result; empty if it was interrupted. */
  private Optional<Map<String, Double>> train(
      RecipeTraining training, Map<String, String> settings, Path folder, boolean goOn) {
    var total = epochs == null ? OptionalInt.empty() : OptionalInt.of(epochs);
    var name = training.recipe().name();
    var plan = training.plan(settings);
    var result =
        training.train(
            plan, settings, total, folder, goOn, (device, run) -> progress(name, device, run));
    if (!result.isWhole()) {
      spec.commandLine()
          .getErr()
          .println("interrupted; go on with --out " + (out == null ? folder : out) + " --resume");
      return Optional.empty();
    }
    print(name, result, folder);
    return Optional.of(result.metrics());
  }

  /** Cross-validation: a training for each fold held out, then the mean and spread of figures. */
  private ExitCode folds(RecipeTraining training, Path folder) {
    if (training.recipe().settings().stream().noneMatch(s -> s.key().equals(FOLDS))) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "--folds: "
              + training.recipe().name()
              + " has no setting '"
              + FOLDS
              + "' to hold out by");
    }
    var figures = new LinkedHashMap<String, List<Double>>();
    for (int fold = 1; fold <= folds; fold++) {
      var settings = new LinkedHashMap<>(recipes.settings);
      settings.put(FOLDS, String.valueOf(folds));
      settings.put("fold", String.valueOf(fold));
      var run = folder.resolve("fold-" + fold);
      boolean goOn = resume && Files.isRegularFile(run.resolve("config.json"));
      var metrics = train(training, settings, run, goOn);
      if (metrics.isEmpty()) {
        return ExitCode.INTERRUPTED;
      }
      metrics.get().forEach((k, v) -> figures.computeIfAbsent(k, n -> new ArrayList<>()).add(v));
    }
    print(training.recipe().name(), figures, folder);
    return ExitCode.DONE;
  }

  private void print(String recipe, Map<String, List<Double>> figures, Path folder) {
    var means = new LinkedHashMap<String, Double>();
    var deviations = new LinkedHashMap<String, Double>();
    figures.forEach(
        (name, values) -> {
          double mean = values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
          double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
          means.put(name, mean);
          deviations.put(name, Math.sqrt(squares / (values.size() - 1)));
        });
    var line = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "folds");
      fields.put("recipe", recipe);
      fields.put("folds", folds);
      fields.put("mean", means);
      fields.put("deviation", deviations);
      fields.put("run", folder.toString());
      new JsonLines(line).print(fields);
    } else {
      line.println("mean of " + folds + " folds: " + ProgressDisplay.text(means));
      line.println("standard deviation: " + ProgressDisplay.text(deviations));
    }
  }

  private ProgressDisplay progress(String recipe, String device, Path folder) {
    return json
        ? new ProgressLines(
            new JsonLines(spec.commandLine().getOut()), recipe, device, folder.toString())
        : ProgressDisplay.forPeople(spec.commandLine().getErr());
  }

  static Path newFolder(String recipe) {
    var time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).format(LocalDateTime.now());
    // A shell may begin several in one second.
    int ordinal = FOLDERS.getAndIncrement();
    return Path.of(
        "runs",
        recipe
            + "-"
            + time
            + "-"
            + ProcessHandle.current().pid()
            + (ordinal == 0 ? "" : "-" + ordinal));
  }

  private void print(String recipe, RecipeTraining.Result result, Path folder) {
    var line = spec.commandLine().getOut();
    if (json) {
      new JsonLines(line).print(result.fields(recipe, folder));
    } else {
      line.println(result.summary());
      if (!result.own().isEmpty()) {
        line.println(ProgressDisplay.text(result.own()));
      }
      line.println("run folder: " + folder);
    }
  }
}
