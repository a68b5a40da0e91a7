package dev.backplane.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.nn.Metric;
import dev.backplane.recipes.table.IrisMlp;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The smallest recipe, trained as the command line does it, on the backend that is always there.
 */
class IrisTrainingTest {
  private static final Recipe RECIPE = new IrisMlp();

  private static Run train(Backplane backplane, long seed) {
    var plan = RECIPE.plan(new Recipe.Request(Map.of(), Access.silent(), seed, backplane.parts()));
    return backplane
        .trainer(plan.model(), plan.loss(), plan.optimizer())
        .name(RECIPE.name())
        .seed(seed)
        .metrics(plan.metrics().toArray(Metric[]::new))
        .fit(
            plan.data().train().shuffle(seed).batch(plan.batch()),
            plan.data().test().batch(plan.batch()),
            Epochs.epochs(plan.epochs()),
            backplane.device("reference"));
  }

  /** The same model in NumPy: mean 0.955, least 0.867, over 40 seeds. */
  @Test
  void irisIsLearntWhateverTheSeed() {
    try (var backplane = Backplane.start()) {
      double sum = 0;
      for (long seed = 1; seed <= 5; seed++) {
        try (var run = train(backplane, seed)) {
          double accuracy = run.metrics().get("test_accuracy");
          assertTrue(accuracy >= 0.8, "seed " + seed + ": test accuracy " + accuracy);
          sum += accuracy;
        }
      }
      assertTrue(sum / 5 >= 0.92, "mean test accuracy over seeds 1 to 5: " + sum / 5);
    }
  }

  @Test
  void aTrainedModelTakesRawLengths() {
    try (var backplane = Backplane.start();
        var run = train(backplane, 1)) {
      for (var flower : Map.of("5.1,3.5,1.4,0.2", 0, "7.7,2.6,6.9,2.3", 2).entrySet()) {
        var probabilities = run.predict(RECIPE.read(flower.getKey()).getFirst());
        assertEquals(flower.getValue(), probabilities.argMax(), flower.getKey());
        double sum = 0;
        for (double probability : probabilities.toDoubles()) {
          sum += probability;
        }
        assertEquals(1, sum, 1e-5);
      }
    }
  }
}
