package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Target;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Recipe;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code compare}: whether devices train as another does. */
@Command(
    name = "compare",
    description = {
      "Trains recipes for some steps on each device, from the same seed, and compares the losses"
          + " with",
      "those of the first device. Every node runs on the device itself, as with --strict. Ends"
          + " with",
      "0 if all losses are within the bounds."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Mixin RecipesOptions options = new RecipesOptions();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many training steps. Default: ${DEFAULT-VALUE}.")
  int steps;

  @Option(
      names = "--first-within",
      paramLabel = "X",
      defaultValue = "1e-3",
      description =
          "How far the loss of each of the first ten steps may be from the first device's,"
              + " relatively. Default: ${DEFAULT-VALUE}.")
  double firstWithin;

  @Option(
      names = "--mean-within",
      paramLabel = "X",
      defaultValue = "0.02",
      description =
          "The same of the loss that a training reports after the last step, the mean since the"
              + " epoch began. Default: ${DEFAULT-VALUE}.")
  double meanWithin;

  @Inject
  CompareCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  /** A recipe on a device, compared with the first one. */
  private record Pair(Recipe recipe, Target expected, Target found, int batch) {}

  /** What a comparison came to. */
  private sealed interface Outcome {
    record Compared(Losses expected, Losses found) implements Outcome {
      Losses.Distance distance() {
        return expected.to(found);
      }
    }

    record Refused(String reason) implements Outcome {}
  }

  @Override
  public Integer call() throws Exception {
    if (steps < 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--steps: expected 1 or more, found " + steps);
    }
    if (!(firstWithin >= 0) || !(meanWithin >= 0)) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "expected --first-within and --mean-within of 0 or more, found %s and %s"
              .formatted(firstWithin, meanWithin));
    }
    if (options.devices.size() < 2) {
      throw new CommandException(
          ExitCode.WRONG_USAGE,
          "--device: expected two devices or more, the first to compare the others with, found "
              + String.join(",", options.devices));
    }
    return Interruptible.run(this::compare, () -> false).orElse(ExitCode.INTERRUPTED).number;
  }

  private ExitCode compare() {
    var targets = options.targets(backplane);
    requireRunning();
    var recipes = options.recipes(backplane);
    boolean all = true;
    for (var recipe : recipes) {
      all &= compare(recipe, targets);
    }
    return all ? ExitCode.DONE : ExitCode.FAILED;
  }

  /** Refuses hardware that is elsewhere before anything is trained. */
  private void requireRunning() {
    backplane.devices().stream()
        .filter(device -> device.onlyCompiles() && options.devices.contains(device.id()))
        .map(DeviceInfo::id)
        .findFirst()
        .ifPresent(
            id -> {
              throw new CommandException(
                  ExitCode.WRONG_USAGE,
                  "--device: expected devices that run programs, found "
                      + id
                      + ", which compiles only");
            });
  }

  /** Whether a recipe goes the same way on all devices. */
  private boolean compare(Recipe recipe, List<Target> targets) {
    var expected = targets.getFirst();
    var others = targets.subList(1, targets.size());
    var plan =
        options.plan(
            backplane,
            recipe,
            spec.commandLine().getErr(),
            why ->
                others.forEach(
                    found ->
                        print(new Pair(recipe, expected, found, 0), new Outcome.Refused(why))));
    if (plan.isEmpty()) {
      return false;
    }
    boolean all = true;
    var pairs =
        others.stream()
            .map(found -> new Pair(recipe, expected, found, options.batch(plan.get())))
            .toList();
    Losses losses;
    try {
      losses = losses(recipe, plan.get(), expected);
    } catch (BackplaneException e) {
      var refused = new Outcome.Refused(expected.device() + ": " + e.getMessage());
      pairs.forEach(pair -> print(pair, refused));
      return false;
    }
    for (var pair : pairs) {
      Outcome outcome;
      try {
        outcome = new Outcome.Compared(losses, losses(recipe, plan.get(), pair.found()));
      } catch (BackplaneException e) {
        outcome = new Outcome.Refused(String.valueOf(e.getMessage()));
      }
      print(pair, outcome);
      all &= within(outcome);
    }
    return all;
  }

  private Losses losses(Recipe recipe, Recipe.Plan plan, Target target) {
    var batches = plan.data().train().shuffle(options.seed).batch(options.batch(plan));
    try (var training =
        PlanOptions.trainer(backplane, recipe, plan, new StepLoss(plan.loss()))
            .seed(options.seed)
            .open(batches, target)) {
      return Losses.of(training, steps);
    }
  }

  private boolean within(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Compared compared -> compared.distance().within(firstWithin, meanWithin);
      case Outcome.Refused _ -> false;
    };
  }

  private void print(Pair pair, Outcome outcome) {
    var out = spec.commandLine().getOut();
    if (options.json) {
      new JsonLines(out).print(fields(pair, outcome));
    } else {
      out.printf(
          Locale.ROOT,
          "%-26s %-16s %d steps of %3d: %s%n",
          pair.recipe().name(),
          pair.found().device(),
          steps,
          pair.batch(),
          words(outcome));
    }
    out.flush();
  }

  private String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Compared compared -> {
        var distance = compared.distance();
        yield String.format(
            Locale.ROOT,
            "%s; first %d: %.1e (bound %s), mean: %.1e (bound %s), last alone: %.1e",
            within(outcome) ? "within" : "NO",
            Math.min(Losses.FIRST, steps),
            distance.first(),
            firstWithin,
            distance.mean(),
            meanWithin,
            distance.last());
      }
      case Outcome.Refused(var reason) -> "NO: " + reason;
    };
  }

  private Map<String, Object> fields(Pair pair, Outcome outcome) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "compared");
    fields.put("recipe", pair.recipe().name());
    fields.put("device", pair.found().device());
    fields.put("with", pair.expected().device());
    fields.put("seed", options.seed);
    fields.put("steps", steps);
    fields.put("batch", pair.batch());
    fields.put("within", within(outcome));
    switch (outcome) {
      case Outcome.Compared compared -> {
        var distance = compared.distance();
        fields.put("first", distance.first());
        fields.put("firstWithin", firstWithin);
        fields.put("mean", distance.mean());
        fields.put("meanWithin", meanWithin);
        fields.put("last", distance.last());
        fields.put("expected", compared.expected().steps());
        fields.put("found", compared.found().steps());
      }
      case Outcome.Refused(var reason) -> fields.put("refused", reason);
    }
    return fields;
  }
}
