package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.integration.osgi.PaxExam;
import dev.backplane.nn.Metric;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** A model learns in an assembly that the resolver chose, by the service an embedder would use. */
@ExtendWith(PaxExam.class)
class TrainingIT {
  @PaxExam.FromFramework BundleContext context;
  @PaxExam.FromFramework Backplane backplane;

  @PaxExam.Provision
  static Option[] bundles() {
    return AssemblyFolder.options();
  }

  private Recipe iris() {
    return backplane.recipes().stream()
        .filter(recipe -> recipe.name().equals("iris-mlp"))
        .findFirst()
        .orElseThrow();
  }

  private Run train(Target target) {
    var plan =
        iris()
            .plan(
                new Recipe.Request(
                    Map.of(), DatasetProvider.Access.silent(), 1, backplane.parts()));
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .metrics(plan.metrics().toArray(Metric[]::new))
        .seed(1)
        .fit(
            plan.data().train().shuffle(1).batch(plan.batch()),
            plan.data().test().batch(30),
            Epochs.epochs(plan.epochs()),
            target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference", "auto"})
  void irisIsLearntOn(String device) {
    try (var run = train(backplane.device(device))) {
      var accuracy = run.metrics().get("test_accuracy");
      assertTrue(accuracy >= 0.85, () -> run.toString());
      if (!device.equals("auto")) {
        assertEquals(device, run.device().id());
      }
    }
  }

  @Test
  void theBestDeviceIsNotTheReference() {
    try (var run = train(backplane.device("auto"))) {
      assertEquals("cpu", run.device().id());
    }
  }

  @Test
  void withoutItsBackendTheCpuIsGoneAndTheReferenceStillLearns() throws Exception {
    var backend =
        Arrays.stream(context.getBundles())
            .filter(b -> b.getSymbolicName().equals("dev.backplane.backend.cpu"))
            .findFirst()
            .orElseThrow();
    backend.stop();
    try {
      assertEquals(Bundle.RESOLVED, backend.getState());
      assertTrue(backplane.devices().stream().noneMatch(device -> device.id().equals("cpu")));
      try (var run = train(backplane.device("auto"))) {
        assertEquals("reference", run.device().id());
        assertTrue(run.metrics().get("test_accuracy") >= 0.85, run::toString);
      }
    } finally {
      backend.start();
    }
    assertTrue(backplane.devices().stream().anyMatch(device -> device.id().equals("cpu")));
  }
}
