package com.acme.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.tck.OpChecks;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcmePluginTest {
  private static final Backplane BACKPLANE = Backplane.start();

  @AfterAll
  static void close() {
    BACKPLANE.close();
  }

  /** Its own gradient is the one that the engine derives from its decomposition. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void theOpAndItsGradientAreRight(String device) {
    var x = Literal.fill(TensorType.f32(3, 4), i -> i - 5.5);
    var beta = Literal.of(0.5f, 1f, -2f, 0f);
    OpChecks.check(BACKPLANE, BACKPLANE.device(device), new SwishOp(), List.of(x, beta), 1e-5);
  }

  @Test
  void everyPartGoesIntoAFileAndComesBack() {
    var parts = BACKPLANE.parts();
    assertEquals(new Swish(1.5), parts.make(Layer.class, parts.json(new Swish(1.5))));
    assertEquals(new TopK(3), parts.make(Metric.class, "acme.top_k(k=3)"));
    var lion = parts.make(Optimizer.class, "acme.lion(rate=constant(value=0.1), decay=0.01)");
    assertEquals(lion, parts.make(Optimizer.class, parts.json(lion)));
  }

  /** A recipe's settings name the parts; the run folder holds the names, and opens again. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void aRecipeTrainsWithAllOfThem(String device, @TempDir Path folder) throws Exception {
    var settings =
        Map.of(
            "activation", "acme.swish",
            "optimizer", "acme.lion",
            "metrics", "accuracy, acme.top_k(k=2)",
            "rate", "0.003");
    var recipe =
        BACKPLANE.recipes().stream().filter(r -> r.name().equals("iris-mlp")).findFirst().get();
    var plan = recipe.plan(new Recipe.Request(settings, Access.silent(), 1, BACKPLANE.parts()));
    try (var run =
        BACKPLANE
            .trainer(plan.model(), plan.loss(), plan.optimizer())
            .metrics(plan.metrics().toArray(Metric[]::new))
            .seed(1)
            .out(folder.resolve("run"))
            .fit(
                plan.data().train().shuffle(1).batch(plan.batch()),
                plan.data().test().batch(30),
                Epochs.epochs(plan.epochs()),
                BACKPLANE.device(device))) {
      assertTrue(run.metrics().get("train_accuracy") > 0.95, run.toString());
      assertTrue(run.metrics().get("test_top_2") >= run.metrics().get("test_accuracy"));
    }
    var config = Files.readString(folder.resolve("run/config.json"));
    assertTrue(config.contains("\"acme.swish\""), config);
    try (var opened = BACKPLANE.open(folder.resolve("run"), BACKPLANE.device(device))) {
      assertTrue(opened.evaluate(plan.data().test().batch(30)).get("accuracy") >= 0.8);
    }
  }
}
