package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Callback;
import dev.backplane.Run;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Recipe;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Metric;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
  private static final AtomicInteger FOLDERS = new AtomicInteger();

  private final Backplane backplane;
  private final StopWhenAsked stop = new StopWhenAsked();

  @Spec CommandSpec spec;

  @Mixin RecipeOptions recipes = new RecipeOptions();
  @Mixin TargetOptions targets = new TargetOptions();

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
    if (resume && out != null && !Files.isRegularFile(out.resolve("config.json"))) {
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
    var target = targets.target(backplane);
    var plan =
        RecipeOptions.plan(
            backplane,
            recipe,
            recipes.settings,
            recipes.access(spec.commandLine().getErr()),
            recipes.seed,
            Map.of());
    var folder = out == null ? newFolder(recipe.name()) : out;
    int total = epochs == null ? plan.epochs() : epochs;
    stop.trainingBegins();
    try (var progress = progress(recipe.name(), target.device(), folder);
        var run =
            trainer(recipe, plan, folder, progress)
                .fit(
                    plan.data().train().shuffle(recipes.seed).batch(recipes.batch(plan)),
                    plan.data().test().batch(256),
                    Epochs.epochs(total),
                    target)) {
      progress.close();
      if (stop.isAsked() && run.epochs() < total) {
        spec.commandLine()
            .getErr()
            .println("interrupted; go on with --out " + folder + " --resume");
        return ExitCode.INTERRUPTED;
      }
      var figures = new LinkedHashMap<>(run.metrics());
      figures.putAll(recipe.measure(run, plan));
      print(recipe, run, figures, folder);
      return ExitCode.DONE;
    }
  }

  private dev.backplane.Trainer trainer(
      Recipe recipe, Recipe.Plan plan, Path folder, Callback progress) {
    var trainer =
        backplane
            .trainer(plan.model(), plan.loss(), plan.optimizer())
            .name(recipe.name())
            .metrics(plan.metrics().toArray(Metric[]::new))
            .transforms(plan.transforms().toArray(GradientTransform[]::new))
            .seed(recipes.seed)
            .callbacks(callbacks(plan, progress))
            .out(folder)
            .resume(resume);
    plan.files().forEach(trainer::file);
    plan.validation().ifPresent(examples -> trainer.validation(examples.batch(256)));
    plan.best().ifPresent(trainer::keepBest);
    return new RunNotes(recipe.name(), recipes.settings, recipes.seed, plan.data().classes())
        .on(trainer);
  }

  /** The plan's first: they may end a training that is to be shown as ended. */
  private Callback[] callbacks(Recipe.Plan plan, Callback progress) {
    return Stream.concat(plan.callbacks().stream(), Stream.of(progress, stop))
        .toArray(Callback[]::new);
  }

  private ProgressDisplay progress(String recipe, String device, Path folder) {
    return json
        ? new ProgressLines(
            new JsonLines(spec.commandLine().getOut()), recipe, device, folder.toString())
        : ProgressDisplay.forPeople(spec.commandLine().getErr());
  }

  private static Path newFolder(String recipe) {
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

  private void print(Recipe recipe, Run run, Map<String, Double> figures, Path folder) {
    var line = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "result");
      fields.put("recipe", recipe.name());
      fields.put("device", run.device().id());
      fields.put("epochs", run.epochs());
      fields.put("steps", run.steps());
      fields.put("seconds", run.seconds());
      fields.put("samplesPerSecond", run.samplesPerSecond());
      fields.put("metrics", figures);
      fields.put("run", folder.toString());
      new JsonLines(line).print(fields);
    } else {
      line.println(run);
      figures.keySet().removeAll(run.metrics().keySet());
      if (!figures.isEmpty()) {
        line.println(ProgressDisplay.text(figures));
      }
      line.println("run folder: " + folder);
    }
  }
}
