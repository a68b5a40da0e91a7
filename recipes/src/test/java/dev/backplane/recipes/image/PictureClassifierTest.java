package dev.backplane.recipes.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.data.Recipe;
import dev.backplane.layers.vision.Transformed;
import dev.backplane.nn.Metric;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both models, as their recipes set them up, learn ten kinds of bars in a few steps. */
class PictureClassifierTest {
  private static final int EXAMPLES = 40;

  /**
   * Class k is a bright column k beside dark ones, and a row that differs from example to example.
   */
  private static final class Bars implements DatasetProvider, Examples {
    @Override
    public String name() {
      return "bars";
    }

    @Override
    public Dataset open(Access access) {
      return new Dataset(
          name(), this, this, IntStream.range(0, 10).mapToObj(Integer::toString).toList());
    }

    @Override
    public int size() {
      return EXAMPLES;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(
          new Feature("image", TensorType.of(DType.U8, 28, 28), DType.F32, 1 / 255.0, 0));
    }

    @Override
    public List<Feature> targets() {
      return List.of(new Feature("label", TensorType.of(DType.U8), DType.I32, 1, 0));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int example = rows[from + i];
        int label = example % 10;
        if (field == 1) {
          target.set(ValueLayout.JAVA_BYTE, i, (byte) label);
          continue;
        }
        for (int row = 0; row < 28; row++) {
          for (int column = 0; column < 28; column++) {
            boolean bright = column / 2 == label + 2 || row == example % 7;
            target.set(
                ValueLayout.JAVA_BYTE, (i * 28L + row) * 28 + column, (byte) (bright ? 255 : 10));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void learnsInAFewSteps(PictureClassifier classifier) {
    var recipe = classifier == PictureClassifier.MLP ? new MnistMlp() : new MnistCnn();
    var size = classifier == PictureClassifier.MLP ? "units" : "filters";
    try (var backplane = Backplane.start()) {
      var settings = Map.of(size, "6", "rate", "0.02");
      var plan =
          classifier.plan(
              recipe,
              new Bars(),
              new Recipe.Request(settings, Access.silent(), 1, backplane.parts()));
      assertEquals(10, plan.epochs());
      assertEquals(64, plan.batch());
      try (var training =
          backplane
              .trainer(plan.model(), plan.loss(), plan.optimizer())
              .metrics(plan.metrics().toArray(Metric[]::new))
              .seed(1)
              .open(plan.data().train().shuffle(1).batch(20), backplane.device("reference"))) {
        double before = training.evaluate(plan.data().test().batch(EXAMPLES)).get("loss");
        for (int step = 0; step < 24; step++) {
          training.step();
        }
        var after = training.evaluate(plan.data().test().batch(EXAMPLES));
        assertTrue(after.get("loss") < before / 2, before + " became " + after);
        assertTrue(after.get("accuracy") > 0.7, after::toString);
      }
    }
  }

  @Test
  void theDeepOneLearnsFromAugmentedPictures() {
    try (var backplane = Backplane.start()) {
      var settings = Map.of("filters", "8", "rate", "0.004", "decay", "200", "dropout", "0");
      var plan =
          new DeepClassifier("image.shift(rows=0, columns=0), image.noise(deviation=4)")
              .plan(
                  new MnistCnnDeep(),
                  new Bars(),
                  new Recipe.Request(settings, Access.silent(), 1, backplane.parts()));
      assertEquals(20, plan.epochs());
      assertTrue(plan.data().train() instanceof Transformed, "augmented");
      assertTrue(plan.data().test() instanceof Bars, "measured as it is");
      try (var training =
          backplane
              .trainer(plan.model(), plan.loss(), plan.optimizer())
              .metrics(plan.metrics().toArray(Metric[]::new))
              .seed(1)
              .open(plan.data().train().shuffle(1).batch(20), backplane.device("auto"))) {
        double before = training.evaluate(plan.data().test().batch(EXAMPLES)).get("loss");
        for (int step = 0; step < 60; step++) {
          training.step();
        }
        // Bars differ by their place only, which pooling hides: it learns them slowly.
        var after = training.evaluate(plan.data().test().batch(EXAMPLES));
        assertTrue(after.get("loss") < before * 0.7, before + " became " + after);
      }
    }
  }

  @Test
  void augmentationIsNamedByRegisteredTransforms() {
    try (var backplane = Backplane.start()) {
      var none = Map.of("augmentation", "");
      var plain =
          new DeepClassifier("image.flip")
              .plan(
                  new MnistCnnDeep(),
                  new Bars(),
                  new Recipe.Request(none, Access.silent(), 1, backplane.parts()));
      assertTrue(plain.data().train() instanceof Bars);
      var wrong =
          new Recipe.Request(
              Map.of("augmentation", "image.flop"), Access.silent(), 1, backplane.parts());
      var refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new DeepClassifier("").plan(new MnistCnnDeep(), new Bars(), wrong));
      assertTrue(
          refused.getMessage().contains("--set augmentation=image.flop"), refused::getMessage);
    }
  }

  @Test
  void aFoldIsHeldOutAsItIs() {
    try (var backplane = Backplane.start()) {
      var settings = Map.of("folds", "4", "fold", "2");
      var request = new Recipe.Request(settings, Access.silent(), 1, backplane.parts());
      for (var plan :
          List.of(
              PictureClassifier.CNN.plan(new MnistCnn(), new Bars(), request),
              new DeepClassifier("image.flip").plan(new MnistCnnDeep(), new Bars(), request))) {
        var held = plan.validation().orElseThrow();
        assertEquals(30, plan.data().train().size());
        assertEquals(10, held.size());
        assertEquals(EXAMPLES, plan.data().test().size());
        assertFalse(held instanceof Transformed, "measured as it is");
        // Each class gives its share.
        for (int i = 0; i < 10; i++) {
          int label = i;
          assertTrue(
              IntStream.range(0, 10).anyMatch(r -> held.example(r).target().longAt(0) == label));
        }
      }
    }
  }
}
