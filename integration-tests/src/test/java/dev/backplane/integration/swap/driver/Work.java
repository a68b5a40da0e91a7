package dev.backplane.integration.swap.driver;

import dev.backplane.Backplane;
import dev.backplane.Trainer;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Metric;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Some work of each kind, and its results down to the bit. */
final class Work {
  private Work() {}

  static Recipe.Plan plan(Backplane backplane, String recipe) {
    var request = new Recipe.Request(Map.of(), Access.silent(), 1, backplane.parts());
    return recipe(backplane, recipe)
        .orElseThrow(() -> new IllegalStateException("no recipe " + recipe))
        .plan(request);
  }

  private static Optional<Recipe> recipe(Backplane backplane, String name) {
    return backplane.recipes().stream().filter(found -> found.name().equals(name)).findFirst();
  }

  static Trainer trainer(Backplane backplane, Recipe.Plan plan) {
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .metrics(plan.metrics().toArray(Metric[]::new))
        .transforms(plan.transforms().toArray(GradientTransform[]::new))
        .seed(1);
  }

  /**
   * Waits for a recipe and a device: a bundle is active before word of its services is there, where
   * another thread brings it, as the host probe does with bundles that wait for a device.
   */
  static void await(Backplane backplane, String recipe, String device) throws InterruptedException {
    long deadline = System.nanoTime() + 120_000_000_000L;
    while (recipe(backplane, recipe).isEmpty()
        || backplane.devices().stream().noneMatch(found -> found.id().equals(device))) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "no recipe " + recipe + " or no device " + device + ": " + backplane.devices());
      }
      Thread.sleep(1);
    }
  }

  /** Trains some steps, measures, predicts; computes something by a function and at once. */
  static String run(Backplane backplane, String recipe, String device, int steps) {
    var plan = plan(backplane, recipe);
    var results = new TreeMap<String, Literal>();
    var target = backplane.device(device).threads(2);
    var train = plan.data().train().shuffle(1).batch(plan.batch());
    try (var training = trainer(backplane, plan).open(train, target)) {
      for (int i = 0; i < steps; i++) {
        training.step();
      }
      results.putAll(training.parameters());
      training.metrics().forEach((name, value) -> results.put(name, number(value)));
      training
          .evaluate(plan.data().test().batch(30))
          .forEach((name, value) -> results.put("test_" + name, number(value)));
    }
    var x = Literal.of(0.1f, -0.7f, 2.5f, 1e-3f, 9f);
    try (var function =
        backplane.compile(tensors -> tensors.map(t -> t.exp().mul(t).add(0.5)), target)) {
      results.put("compiled", function.call(x).getFirst());
    }
    try (var eager = backplane.eager(target)) {
      results.put("eager", eager.constant(x).exp().sum().read());
    }
    return digest(results);
  }

  private static Literal number(double value) {
    return Literal.scalar(DType.F64, value);
  }

  private static String digest(SortedMap<String, Literal> results) {
    long hash = 1125899906842597L;
    for (var result : results.entrySet()) {
      hash = 31 * hash + result.getKey().hashCode();
      for (byte b : result.getValue().data().toArray(ValueLayout.JAVA_BYTE)) {
        hash = 31 * hash + b;
      }
    }
    return Long.toHexString(hash);
  }
}
