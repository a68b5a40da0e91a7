package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Target;
import dev.backplane.backend.CompileReport;
import dev.backplane.data.Recipe;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code compile}: whether a device's compiler takes what recipes train and predict with. */
@Command(
    name = "compile",
    description = {
      "Compiles the training step and the inference of recipes for devices, also for hardware that",
      "is not here (ahead:…, see docs/tpu.md), and runs neither. Every node must be compiled by"
          + " the",
      "device itself, as with --strict. Ends with 0 if everything compiles."
    },
    mixinStandardHelpOptions = true)
final class CompileCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Mixin RecipesOptions options = new RecipesOptions();

  @Option(
      names = "--inference",
      paramLabel = "N",
      defaultValue = "1",
      description = "Examples in a batch of the inference. Default: ${DEFAULT-VALUE}.")
  int inference;

  @Inject
  CompileCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  /** How a program was compiled, or why it was not. */
  private sealed interface Outcome {
    record Compiled(double seconds, long scratch) implements Outcome {
      static Compiled of(List<CompileReport> reports) {
        return new Compiled(
            reports.stream().mapToLong(CompileReport::nanos).sum() / 1e9,
            reports.stream().mapToLong(CompileReport::scratchBytes).sum());
      }
    }

    record Refused(String reason) implements Outcome {}

    /** What a compilation gives. */
    static Outcome of(Supplier<List<CompileReport>> compilation) {
      try {
        return Compiled.of(compilation.get());
      } catch (BackplaneException e) {
        return new Refused(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    if (inference < 1) {
      throw new CommandException(
          ExitCode.WRONG_USAGE, "--inference: expected 1 or more, found " + inference);
    }
    return Interruptible.run(this::compile, () -> false).orElse(ExitCode.INTERRUPTED).number;
  }

  private ExitCode compile() {
    var targets = options.targets(backplane);
    var recipes = options.recipes(backplane);
    boolean all = true;
    for (var recipe : recipes) {
      all &= compile(recipe, targets);
    }
    return all ? ExitCode.DONE : ExitCode.FAILED;
  }

  /** Whether all of a recipe compiles. */
  private boolean compile(Recipe recipe, List<Target> targets) {
    var plan =
        options.plan(
            backplane,
            recipe,
            spec.commandLine().getErr(),
            why -> {
              var refused = new Outcome.Refused(why);
              targets.forEach(target -> print(recipe, target, 0, refused, Optional.empty()));
            });
    if (plan.isEmpty()) {
      return false;
    }
    boolean all = true;
    for (var target : targets) {
      all &= compile(recipe, plan.get(), target);
    }
    return all;
  }

  private boolean compile(Recipe recipe, Recipe.Plan plan, Target target) {
    Outcome step;
    Optional<Outcome> prediction;
    try (var training =
        PlanOptions.trainer(backplane, recipe, plan)
            .open(plan.data().train().batch(options.batch(plan)), target)) {
      step = Outcome.Compiled.of(training.reports());
      prediction = Optional.of(Outcome.of(() -> training.compilePrediction(inference)));
    } catch (BackplaneException e) {
      step = new Outcome.Refused(String.valueOf(e.getMessage()));
      prediction = Optional.empty();
    }
    print(recipe, target, options.batch(plan), step, prediction);
    return step instanceof Outcome.Compiled
        && prediction.filter(Outcome.Compiled.class::isInstance).isPresent();
  }

  private void print(
      Recipe recipe, Target target, int batch, Outcome step, Optional<Outcome> prediction) {
    var out = spec.commandLine().getOut();
    if (options.json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "compiled");
      fields.put("recipe", recipe.name());
      fields.put("device", target.device());
      fields.put("batch", batch);
      put(fields, "step", step);
      prediction.ifPresent(outcome -> put(fields, "inference", outcome));
      new JsonLines(out).print(fields);
    } else {
      out.printf(
          Locale.ROOT,
          "%-26s %-16s step of %3d: %s%s%n",
          recipe.name(),
          target.device(),
          batch,
          words(step),
          prediction.map(o -> "; inference of " + inference + ": " + words(o)).orElse(""));
    }
    out.flush();
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Compiled(var seconds, var scratch) ->
          String.format(Locale.ROOT, "compiled, %.2f s, %.1f MB", seconds, scratch / 1e6);
      case Outcome.Refused(var reason) -> "NO: " + reason;
    };
  }

  private static void put(Map<String, Object> fields, String what, Outcome outcome) {
    switch (outcome) {
      case Outcome.Compiled(var seconds, var scratch) -> {
        fields.put(what + "Seconds", seconds);
        fields.put(what + "ScratchBytes", scratch);
      }
      case Outcome.Refused(var reason) -> fields.put(what + "Refused", reason);
    }
  }
}
