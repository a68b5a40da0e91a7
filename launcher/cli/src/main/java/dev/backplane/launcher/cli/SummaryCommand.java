package dev.backplane.launcher.cli;

import com.google.inject.Inject;
import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.backend.CompileReport;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code summary}: the layers of a recipe's model, their shapes, parameters and operations. */
@Command(
    name = "summary",
    description = "The layers of a recipe's model: shapes, parameters, operations, memory.",
    mixinStandardHelpOptions = true)
final class SummaryCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;
  @Mixin RecipeOptions recipes = new RecipeOptions();
  @Mixin TargetOptions targets = new TargetOptions();

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  SummaryCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    var recipe = recipes.recipe(backplane);
    var target = targets.target(backplane);
    var access = recipes.access(spec.commandLine().getErr());
    var plan =
        PlanOptions.plan(backplane, recipe, recipes.settings, access, recipes.seed, Map.of());
    try (var training =
        PlanOptions.trainer(backplane, recipe, plan)
            .open(plan.data().train().batch(recipes.batch(plan)), target)) {
      print(training);
      return ExitCode.DONE.number;
    }
  }

  private void print(Training training) {
    var kernels = new ArrayList<CompileReport.Kernel>();
    training.reports().forEach(report -> kernels.addAll(report.kernels()));
    long scratch = training.reports().stream().mapToLong(CompileReport::scratchBytes).sum();
    long parameters = 0;
    long trained = 0;
    for (var layer : training.layers()) {
      parameters += layer.parameters();
      trained += layer.trained();
      line(layer, flops(kernels, layer.path()));
    }
    long bytes =
        training.parameters().values().stream().mapToLong(value -> value.type().bytes()).sum();
    long flops = kernels.stream().mapToLong(CompileReport.Kernel::flops).sum();
    var out = spec.commandLine().getOut();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "result");
      fields.put("parameters", parameters);
      fields.put("trained", trained);
      fields.put("parameterBytes", bytes);
      fields.put("scratchBytes", scratch);
      fields.put("flops", flops);
      fields.put("device", training.device().id());
      new JsonLines(out).print(fields);
    } else {
      out.printf(
          Locale.ROOT,
          "%,d parameters, %,d of them trained, %,d bytes with state; a training step on %s: %,d"
              + " operations, %,d bytes of scratch memory%n",
          parameters,
          trained,
          bytes,
          training.device().id(),
          flops,
          scratch);
    }
  }

  /** Of kernels over several layers the first layer counts. */
  private static long flops(List<CompileReport.Kernel> kernels, String path) {
    return kernels.stream()
        .filter(kernel -> kernel.origin().split(",")[0].strip().equals(path))
        .mapToLong(CompileReport.Kernel::flops)
        .sum();
  }

  private void line(Training.Part layer, long flops) {
    var out = spec.commandLine().getOut();
    var outputs = layer.outputs().stream().map(TensorType::toString).toList();
    if (json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "layer");
      fields.put("path", layer.path());
      fields.put("kind", layer.kind());
      fields.put("outputs", outputs);
      fields.put("parameters", layer.parameters());
      fields.put("trained", layer.trained());
      fields.put("flops", flops);
      new JsonLines(out).print(fields);
    } else {
      out.printf(
          Locale.ROOT,
          "%-32s %-22s %-26s %,14d parameters %,16d operations%n",
          layer.path().isEmpty() ? "(the model)" : layer.path(),
          layer.kind(),
          outputs.stream().collect(Collectors.joining(" ")),
          layer.parameters(),
          flops);
    }
  }
}
