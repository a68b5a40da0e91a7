package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Batches;
import dev.backplane.data.Recipe;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Metric;
import dev.backplane.tensor.Literal;
import jakarta.inject.Inject;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench}: how long a recipe's training step and inference take here. */
@Command(
    name = "bench",
    description =
        "Times a recipe's training step (gathering and handing over its shuffled batch included)"
            + " and inference.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Mixin RecipeOptions recipes = new RecipeOptions();
  @Mixin TargetOptions targets = new TargetOptions();

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "7",
      description = "How many times it is measured. Default: ${DEFAULT-VALUE}.")
  int repeats;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.4",
      description = "How long one measurement takes. Default: ${DEFAULT-VALUE}.")
  double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      defaultValue = "3",
      description = "How long it runs before it is measured. Default: ${DEFAULT-VALUE}.")
  double warmUp;

  @Option(
      names = "--first-step",
      description =
          "Only until the first step has ended: how long that is after the process began.")
  boolean firstStep;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  BenchCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    if (repeats < 1 || !(seconds > 0) || !(warmUp >= 0)) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "expected --repeats of 1 or more, --seconds above 0 and --warm-up of 0 or more");
    }
    var recipe = recipes.recipe(backplane);
    var target = targets.target(backplane);
    var plan =
        RecipeOptions.plan(
            backplane,
            recipe,
            recipes.settings,
            recipes.access(spec.commandLine().getErr()),
            recipes.seed);
    var batches = plan.data().train().shuffle(recipes.seed).batch(recipes.batch(plan));
    long before = System.nanoTime();
    try (var training =
        backplane
            .trainer(plan.model(), plan.loss(), plan.optimizer())
            .name(recipe.name())
            .metrics(plan.metrics().toArray(Metric[]::new))
            .transforms(plan.transforms().toArray(GradientTransform[]::new))
            .seed(recipes.seed)
            .open(batches, target)) {
      double compileMillis = (System.nanoTime() - before) / 1e6;
      training.step();
      training.metrics(); // the step has ended when its loss can be read
      double startToFirstStepMillis = ProcessAge.millis();
      if (firstStep) {
        printFirstStep(recipe, training, compileMillis, startToFirstStepMillis);
        return ExitCode.DONE.number;
      }
      var step = measure(training::step, training::metrics);
      var one = inference(training, batches, 1);
      var many = inference(training, batches, 64);
      print(recipe, batches, training, step, one, many, compileMillis, startToFirstStepMillis);
      return ExitCode.DONE.number;
    }
  }

  private Timing inference(Training training, Batches batches, int size) {
    var rows = IntStream.range(0, size).map(i -> i % batches.examples().size()).toArray();
    var inputs = new ArrayList<Literal>();
    var features = batches.examples().inputs();
    for (int field = 0; field < features.size(); field++) {
      var type = features.get(field).batch(size);
      var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
      batches.examples().gather(field, rows, 0, size, bytes);
      inputs.add(Literal.copyOf(type, bytes));
    }
    return measure(() -> training.predict(inputs), () -> {});
  }

  /** Runs for the warm-up, then takes the mean of as many runs as fit into each repeat. */
  private Timing measure(Runnable run, Runnable finish) {
    long until = System.nanoTime() + (long) (warmUp * 1e9);
    long runs = 0;
    long start = System.nanoTime();
    do {
      run.run();
      runs++;
    } while (System.nanoTime() - until < 0);
    finish.run();
    double estimate = (System.nanoTime() - start) / 1e9 / runs;
    int each = (int) Math.clamp(Math.round(seconds / estimate), 1, 10_000_000);
    var micros = new ArrayList<Double>();
    for (int i = 0; i < repeats; i++) {
      start = System.nanoTime();
      for (int k = 0; k < each; k++) {
        run.run();
      }
      finish.run();
      micros.add((System.nanoTime() - start) / 1e3 / each);
    }
    return Timing.of(micros);
  }

  private record Timing(double median, double min, double max) {
    static Timing of(List<Double> micros) {
      var sorted = micros.stream().sorted().toList();
      int middle = sorted.size() / 2;
      double median =
          sorted.size() % 2 == 1
              ? sorted.get(middle)
              : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
      return new Timing(median, sorted.getFirst(), sorted.getLast());
    }

    Map<String, Double> fields() {
      var fields = new LinkedHashMap<String, Double>();
      fields.put("median", median);
      fields.put("min", min);
      fields.put("max", max);
      return fields;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.1f µs (%.1f–%.1f)", median, min, max);
    }
  }

  private void printFirstStep(
      Recipe recipe, Training training, double compileMillis, double startToFirstStepMillis) {
    var device = training.device();
    var out = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "first_step");
      fields.put("recipe", recipe.name());
      fields.put("device", device.id());
      fields.put("threads", threads(device.properties()));
      fields.put("compileMillis", compileMillis);
      fields.put("startToFirstStepMillis", startToFirstStepMillis);
      new JsonLines(out).print(fields);
    } else {
      out.printf("%s on %s (%s)%n", recipe.name(), device.id(), device.name());
      printStart(compileMillis, startToFirstStepMillis);
    }
    out.flush(); // whoever waits for the line waits no longer than that
  }

  private void printStart(double compileMillis, double startToFirstStepMillis) {
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "  compiled in %.0f ms; first step %.0f ms after the process began%n",
            compileMillis,
            startToFirstStepMillis);
  }

  private void print(
      Recipe recipe,
      Batches batches,
      Training training,
      Timing step,
      Timing one,
      Timing many,
      double compileMillis,
      double startToFirstStepMillis) {
    var device = training.device();
    var samplesPerSecond = batches.size() / step.median() * 1e6;
    var out = spec.commandLine().getOut();
    if (json) {
      var inference = new LinkedHashMap<String, Object>();
      inference.put("batch1", one.fields());
      inference.put("batch64", many.fields());
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "bench");
      fields.put("recipe", recipe.name());
      fields.put("device", device.id());
      fields.put("threads", threads(device.properties()));
      fields.put("batch", batches.size());
      fields.put("stepMicros", step.fields());
      fields.put("inferMicros", inference);
      fields.put("samplesPerSecond", samplesPerSecond);
      fields.put("compileMillis", compileMillis);
      fields.put("startToFirstStepMillis", startToFirstStepMillis);
      new JsonLines(out).print(fields);
    } else {
      out.printf("%s on %s (%s)%n", recipe.name(), device.id(), device.name());
      out.printf("  training step, batch %d: %s%n", batches.size(), step);
      out.printf("  inference, batch 1: %s%n", one);
      out.printf("  inference, batch 64: %s%n", many);
      out.printf("  %s%n", ProgressDisplay.rate(samplesPerSecond));
      printStart(compileMillis, startToFirstStepMillis);
    }
  }

  /** The number the device says it uses, which may be less than it was given; else that one. */
  private int threads(Map<String, String> properties) {
    var used = properties.get("threads");
    return used == null ? Math.max(1, targets.threads) : Integer.parseInt(used);
  }
}
