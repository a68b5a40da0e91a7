package dev.backplane.layers.parity;

import dev.backplane.Backplane;
import dev.backplane.function.Functions;
import dev.backplane.layers.core.GivenParameters;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A layer outside of a training, its values and gradients against fixtures named {@code
 * CASE.input.0} …, {@code CASE.parameter.PATH}, maybe {@code CASE.mask}, {@code CASE.weights.0} …,
 * {@code CASE.value.0} …, {@code CASE.gradient.input.0} …, {@code CASE.gradient.parameter.PATH}.
 * Gradients are those of the sum of all outputs times their weights.
 *
 * @param backplane runs it
 * @param device the device it runs on
 * @param fixtures the expected numbers
 */
public record LayerParity(Backplane backplane, String device, Fixtures fixtures) {
  /**
   * What a layer gives.
   *
   * @param values its outputs
   * @param gradients by the names {@code input.0} … and {@code parameter.PATH}, of floating ones
   */
  public record Results(List<Literal> values, Map<String, Literal> gradients) {}

  /** Checks a case of the fixtures. */
  public void check(String name, Layer layer) {
    var given = new HashMap<String, Literal>();
    fixtures.under(name + ".input.").forEach((of, value) -> given.put("input." + of, value));
    fixtures
        .under(name + ".parameter.")
        .forEach((of, value) -> given.put("parameter." + of, value));
    var weights = List.copyOf(fixtures.under(name + ".weights.").values());
    var mask = Optional.ofNullable(fixtures.values().get(name + ".mask"));
    var results = run(layer, given, mask, weights);
    for (int i = 0; i < results.values().size(); i++) {
      fixtures.assertClose(name + ".value." + i, results.values().get(i));
    }
    var expected = fixtures.under(name + ".gradient.");
    if (!expected.keySet().equals(results.gradients().keySet())) {
      throw new AssertionError(
          name + ": gradients " + expected.keySet() + ", found " + results.gradients().keySet());
    }
    expected.forEach(
        (of, value) ->
            Fixtures.assertClose(
                name + ".gradient." + of, value, results.gradients().getOrDefault(of, value)));
  }

  /**
   * Runs a layer forwards and backwards.
   *
   * @param given by the names {@code input.0} … and {@code parameter.PATH}
   * @param mask which steps of the first input are real
   * @param weights of the outputs
   */
  public Results run(
      Layer layer, Map<String, Literal> given, Optional<Literal> mask, List<Literal> weights) {
    var names = given.keySet().stream().sorted().toList();
    var arguments = new ArrayList<Literal>();
    names.forEach(name -> arguments.add(given.get(name)));
    int masks = arguments.size();
    mask.ifPresent(arguments::add);
    int first = arguments.size();
    arguments.addAll(weights);
    try (var compiled =
        backplane.compile(
            all -> {
              var at = new Tensors(all.list().subList(0, masks));
              Optional<Tensor> real =
                  first > masks ? Optional.of(all.get(masks)) : Optional.empty();
              var values = apply(layer, names, at, real);
              var gradient =
                  Functions.valueAndGradient(
                          x -> weighted(apply(layer, names, x, real), all, first), at)
                      .gradient();
              var results = new ArrayList<>(values.list());
              results.addAll(gradient.list());
              return new Tensors(results);
            },
            backplane.device(device))) {
      var results = compiled.call(arguments);
      var gradients = new HashMap<String, Literal>();
      for (int i = 0; i < names.size(); i++) {
        if (arguments.get(i).type().dtype().isFloating()) {
          gradients.put(names.get(i), results.get(weights.size() + i));
        }
      }
      return new Results(results.subList(0, weights.size()), gradients);
    }
  }

  private static Tensors apply(
      Layer layer, List<String> names, Tensors values, Optional<Tensor> mask) {
    var inputs = new ArrayList<Tensor>();
    var parameters = new HashMap<String, Tensor>();
    for (int i = 0; i < names.size(); i++) {
      var name = names.get(i);
      if (name.startsWith("input.")) {
        inputs.add(values.get(i));
      } else {
        parameters.put(name.substring("parameter.".length()), values.get(i));
      }
    }
    var forward = new GivenParameters(values.get(0).scope(), parameters);
    forward.mask(mask);
    return layer.apply(forward, new Tensors(inputs));
  }

  private static Tensor weighted(Tensors outputs, Tensors all, int first) {
    var sum = outputs.get(0).mul(all.get(first)).sum();
    for (int i = 1; i < outputs.size(); i++) {
      sum = sum.add(outputs.get(i).mul(all.get(first + i)).sum());
    }
    return sum;
  }
}
