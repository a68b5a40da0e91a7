package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.tensor.Literal;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code predict}: what a run says of a user's own inputs. */
@Command(
    name = "predict",
    description = "What a run says of your own inputs, such as an image file.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Mixin RunOptions runs = new RunOptions();
  @Mixin TargetOptions targets = new TargetOptions();

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      description = "What the recipe reads, such as a PNG; several are told apart by their names.")
  List<String> inputs = new ArrayList<>();

  @Inject
  PredictCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    try (var run = runs.open(backplane, targets.target(backplane))) {
      var notes = RunNotes.of(run);
      var recipe = PlanOptions.recipe(backplane, notes.recipe());
      // All are read before the first is predicted: a wrong one is found before anything is
      // printed.
      var read = inputs.stream().map(input -> recipe.read(input, run.files())).toList();
      for (int i = 0; i < inputs.size(); i++) {
        var words = recipe.tell(run, inputs.get(i));
        if (words.isPresent()) {
          print(inputs.get(i), words.get());
          continue;
        }
        var batch = read.get(i).stream().map(PredictCommand::batchOfOne).toList();
        print(inputs.get(i), run.predict(batch).getFirst(), notes.classes());
      }
      return ExitCode.DONE.number;
    }
  }

  private static Literal batchOfOne(Literal value) {
    var type = value.type();
    return Literal.copyOf(type.withShape(type.shape().prepend(1)), value.data());
  }

  private void print(String input, String words) {
    var out = spec.commandLine().getOut();
    if (runs.json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "prediction");
      fields.put("input", input);
      fields.put("text", words);
      new JsonLines(out).print(fields);
    } else {
      out.println(input + ": " + words);
    }
  }

  private void print(String input, Literal prediction, List<String> classes) {
    var values = prediction.toDoubles();
    var out = spec.commandLine().getOut();
    int best = prediction.argMax();
    boolean named = classes.size() == values.length;
    if (runs.json) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "prediction");
      fields.put("input", input);
      if (named) {
        fields.put("label", best);
        fields.put("class", classes.get(best));
        fields.put("probability", values[best]);
      }
      fields.put("values", Arrays.stream(values).boxed().toList());
      new JsonLines(out).print(fields);
    } else if (named) {
      out.println(input + ": " + likeliest(values, classes));
    } else {
      out.println(input + ": " + Arrays.toString(values));
    }
  }

  private static String likeliest(double[] values, List<String> classes) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted((a, b) -> Double.compare(values[b], values[a]))
        .limit(3)
        .map(i -> String.format(Locale.ROOT, "%s %.1f %%", classes.get(i), 100 * values[i]))
        .collect(java.util.stream.Collectors.joining(", "));
  }
}
