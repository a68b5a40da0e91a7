package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.launcher.cli.BenchResult.Measured;
import dev.backplane.tensor.Literal;
import jakarta.inject.Inject;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
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
  private static final int ALLOCATING_STEPS = 20;

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

  @Option(
      names = "--profile",
      description =
          "Also where the time of a training step goes: time, operations, bytes and share of peak"
              + " of whatever runs, longest first.")
  boolean profile;

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
        PlanOptions.plan(
            backplane,
            recipe,
            recipes.settings,
            recipes.access(spec.commandLine().getErr()),
            recipes.seed,
            Map.of());
    var batches = plan.data().train().shuffle(recipes.seed).batch(recipes.batch(plan));
    long before = System.nanoTime();
    try (var training =
        PlanOptions.trainer(backplane, recipe, plan).seed(recipes.seed).open(batches, target)) {
      double compileMillis = (System.nanoTime() - before) / 1e6;
      training.step();
      training.metrics(); // the step has ended when its loss can be read
      var start = new BenchResult.Start(compileMillis, ProcessAge.millis());
      var measured =
          firstStep ? Optional.<Measured>empty() : Optional.of(measure(training, batches, target));
      var device = training.device();
      var result =
          new BenchResult(recipe.name(), device, threads(device), batches.size(), start, measured);
      var out = spec.commandLine().getOut();
      if (json) {
        result.print(new JsonLines(out));
        out.flush();
      } else {
        result.print(out);
      }
      return ExitCode.DONE.number;
    }
  }

  private Measured measure(Training training, Batches batches, Target target) {
    var scalar = new ArrayList<ScalarKernels>();
    Runnable look = () -> scalar.add(ScalarKernels.of(training.reports()));
    var step = Timing.of(lengths(), training::step, training::metrics, look);
    look.run();
    double allocated = Allocation.bytesOfOne(ALLOCATING_STEPS, training::step, training::metrics);
    var profiled =
        profile
            ? Optional.of(StepProfile.of(backplane, target, training, step.median()))
            : Optional.<StepProfile>empty();
    var one = inference(training, batches, 1);
    var many = inference(training, batches, 64);
    return new Measured(
        training.steps(),
        step,
        one,
        many,
        allocated,
        scalar.getFirst(),
        scalar.getLast(),
        profiled);
  }

  private Timing.Lengths lengths() {
    return new Timing.Lengths(warmUp, repeats, seconds);
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
    return Timing.of(lengths(), () -> training.predict(inputs), () -> {}, () -> {});
  }

  /** The number the device says it uses, which may be less than it was given; else that one. */
  private int threads(DeviceInfo device) {
    var used = device.properties().get("threads");
    return used == null ? Math.max(1, targets.threads) : Integer.parseInt(used);
  }
}
