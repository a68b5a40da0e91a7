package dev.backplane.recipes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.extension.Extensions;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.activation.LeakyRelu;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Sequential;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.recipes.table.IrisMlp;
import dev.backplane.recipes.table.Standardize;
import dev.backplane.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipesTest {
  private static final Recipe IRIS = new IrisMlp();

  private static Recipe recipe(String name) {
    return ServiceLoader.load(Recipe.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(recipe -> recipe.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static final Backplane BACKPLANE = Backplane.start();

  @AfterAll
  static void close() {
    BACKPLANE.close();
  }

  private static Recipe.Plan plan(Recipe recipe, Map<String, String> settings, long seed) {
    return recipe.plan(new Recipe.Request(settings, Access.silent(), seed, BACKPLANE.parts()));
  }

  private static String refusal(Recipe recipe, String key, String value) {
    return assertThrows(IllegalArgumentException.class, () -> plan(recipe, Map.of(key, value), 0))
        .getMessage();
  }

  @Test
  void theServiceLoaderFindsRecipesDatasetsAndLayers() {
    assertEquals(
        List.of(
            "fashion-mnist-cnn",
            "fashion-mnist-cnn-deep",
            "fashion-mnist-mlp",
            "fashion-mnist-regularized",
            "iris-mlp",
            "mnist-cnn",
            "mnist-cnn-deep",
            "mnist-mlp",
            "resnet18",
            "sentiment-embedding",
            "sentiment-lstm",
            "spam-lstm",
            "speech-ctc",
            "spoken-digits-lstm",
            "translate-transformer"),
        ServiceLoader.load(Recipe.class).stream().map(p -> p.get().name()).sorted().toList());
    assertEquals(
        List.of("fashion-mnist", "iris", "mnist", "spam-assassin", "vader-movies"),
        ServiceLoader.load(DatasetProvider.class).stream()
            .map(p -> p.get().name())
            .sorted()
            .toList());
    assertTrue(
        ServiceLoader.load(Extensions.class).stream()
            .flatMap(p -> p.get().list().stream())
            .anyMatch(e -> e.name().equals("standardize") && e.type() == Standardize.class));
  }

  @Test
  void anUnknownSettingIsRefusedWithTheNearest() {
    assertEquals(
        "iris-mlp: no setting \"unit\"; did you mean \"units\"? It has: units, rate, folds, fold,"
            + " activation, optimizer, metrics, data",
        refusal(IRIS, "unit", "3"));
    assertEquals(
        "fashion-mnist-mlp: no setting \"momentum\". It has: units, rate, dropout, folds, fold,"
            + " activation, optimizer, metrics, data",
        refusal(recipe("fashion-mnist-mlp"), "momentum", "0.9"));
  }

  @Test
  void aWrongValueIsRefusedBeforeAnyDataIsFetched() {
    var mnist = recipe("mnist-mlp");
    assertEquals(
        "mnist-mlp: --set units: expected a whole number from 1 to 65536, found \"0\"",
        refusal(mnist, "units", "0"));
    assertEquals(
        "mnist-mlp: --set units: expected a whole number from 1 to 65536, found \"many\"",
        refusal(mnist, "units", "many"));
    assertEquals(
        "mnist-mlp: --set rate: expected a number greater than 0, found \"NaN\"",
        refusal(mnist, "rate", "NaN"));
    assertEquals(
        "mnist-mlp: --set dropout: expected a number from 0 to less than 1, found \"1\"",
        refusal(mnist, "dropout", "1"));
  }

  @Test
  void partsThatAreNotRegisteredAreRefusedBeforeAnyDataIsFetched(@TempDir Path empty) {
    for (var name : List.of("mnist-cnn-deep", "mnist-cnn", "fashion-mnist-regularized")) {
      var recipe = recipe(name);
      // Where data is looked for first: a folder without any, which is another error.
      for (var key : List.of("optimizer", "metrics")) {
        var settings = Map.of(key, "adamm", "data", empty.toString());
        var e = assertThrows(IllegalArgumentException.class, () -> plan(recipe, settings, 0));
        assertTrue(e.getMessage().startsWith(name + ": --set " + key + "=adamm"), e.getMessage());
      }
    }
    var resnet = refusal(recipe("resnet18"), "metrics", "adamm");
    assertTrue(resnet.startsWith("resnet18: --set metrics=adamm"), resnet);
  }

  @Test
  void aFoldOfIrisIsHeldOutOfTrainingAndOfItsStatistics() {
    var plan = plan(IRIS, Map.of("folds", "5", "fold", "2"), 1);
    assertEquals(96, plan.data().train().size());
    assertEquals(24, plan.validation().orElseThrow().size());
    assertEquals(30, plan.data().test().size());
    assertNotEquals(
        ((Sequential) plan(IRIS, Map.of(), 1).model()).layers().getFirst(),
        ((Sequential) plan.model()).layers().getFirst());
    assertEquals(
        "iris-mlp: --set fold: expected a whole number from 1 to 5, found \"6\"",
        assertThrows(
                IllegalArgumentException.class,
                () -> plan(IRIS, Map.of("folds", "5", "fold", "6"), 1))
            .getMessage());
    assertTrue(refusal(IRIS, "folds", "1").contains("nothing would be left to train on"));
  }

  @Test
  void settingsReachTheModel() {
    var plan = plan(IRIS, Map.of("units", "24", "rate", "0.02"), 3);
    var layers = ((Sequential) plan.model()).layers();
    assertEquals(24, ((Dense) layers.get(1)).units());
    assertEquals(3, ((Dense) layers.get(2)).units());
    assertEquals(new Adam(0.02), plan.optimizer());
    assertEquals(50, plan.epochs());
    assertEquals(16, plan.batch());
  }

  @Test
  void settingsNameRegisteredParts() {
    var plan =
        plan(
            IRIS,
            Map.of(
                "activation", "leaky_relu(slope=0.2)",
                "optimizer", "sgd(momentum=0.9)",
                "metrics", "accuracy, metric.accuracy()",
                "rate", "0.5"),
            3);
    var hidden = (Dense) ((Sequential) plan.model()).layers().get(1);
    assertEquals(new LeakyRelu(0.2), hidden.activation());
    assertEquals(new Sgd(new Constant(0.5), 0.9, false), plan.optimizer());
    assertEquals(List.of(new Accuracy(), new Accuracy()), plan.metrics());
    assertEquals(List.of(), plan(IRIS, Map.of("metrics", ""), 3).metrics());
  }

  @Test
  void whatIsNoActivationStandsBehindTheHiddenUnits() {
    var layers =
        ((Sequential) plan(IRIS, Map.of("activation", "dropout(rate=0.5)"), 3).model()).layers();
    assertEquals(new Dense(16), layers.get(1));
    assertEquals(new Dropout(0.5), layers.get(2));
  }

  @Test
  void aNameThatIsNotRegisteredIsRefusedWithTheNearest() {
    var message = refusal(recipe("mnist-mlp"), "optimizer", "adamm");
    assertTrue(
        message.startsWith(
            "mnist-mlp: --set optimizer=adamm: part: the unknown name \"adamm\"; did you mean"),
        message);
    var another = refusal(recipe("mnist-mlp"), "optimizer", "metric.accuracy");
    assertTrue(another.contains("expected an Optimizer"), another);
  }

  @Test
  void irisIsStandardizedByItsTrainingExamples() {
    var plan = plan(IRIS, Map.of(), 5);
    var standardize = (Standardize) ((Sequential) plan.model()).layers().getFirst();
    var train = plan.data().train();
    for (int feature = 0; feature < 4; feature++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < train.size(); i++) {
        double z =
            (train.example(i).input().doubleAt(feature) - standardize.mean().get(feature))
                / standardize.deviation().get(feature);
        sum += z;
        squares += z * z;
      }
      assertEquals(0, sum / train.size(), 1e-9);
      assertEquals(1, squares / train.size(), 1e-9);
    }
  }

  @Test
  void irisReadsFourLengths() {
    var read = IRIS.read(" 5.1, 3.5 1.4;0.2 ");
    assertArrayEquals(new float[] {5.1f, 3.5f, 1.4f, 0.2f}, read.getFirst().toFloats());
    for (var wrong : List.of("", "1,2,3", "1,2,3,4,5", "1,2,3,x", "1,2,3,-4", "1,2,3,NaN")) {
      var error = assertThrows(MalformedDataException.class, () -> IRIS.read(wrong));
      assertTrue(error.getMessage().contains("such as 5.1,3.5,1.4,0.2"), error.getMessage());
    }
  }

  @Test
  void picturesAreReadInTheirStoredForm(@TempDir Path folder) throws IOException {
    var file = folder.resolve("shirt.png");
    var image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(3, 1, 0, 200);
    ImageIO.write(image, "png", file.toFile());
    var read = recipe("fashion-mnist-mlp").read(file.toString()).getFirst();
    assertEquals("u8[28,28]", read.type().toString());
    assertEquals(200, read.longAt(31));
  }

  @Test
  void irisIsPresentedAsItIsStored() {
    var train = plan(IRIS, Map.of(), 0).data().train();
    assertEquals(TensorType.f32(64, 4), train.inputs().getFirst().presentedBatch(64));
    assertEquals("i32[64]", train.targets().getFirst().presentedBatch(64).toString());
  }
}
