package dev.backplane.layers.core;

import static dev.backplane.Trainer.Epochs.epochs;
import static dev.backplane.layers.core.activation.Activations.relu;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Trainer;
import dev.backplane.data.Batches;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.io.MalformedModelException;
import dev.backplane.io.NameMap;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model as one file, and weights from elsewhere. */
class ModelFileTest {
  private static final NameMap FROM_PYTORCH =
      NameMap.parse(
          """
          dense_1/kernel <- 0.weight (1, 0)
          dense_1/bias   <- 0.bias
          dense_2/kernel <- 2.weight (1, 0)
          dense_2/bias   <- 2.bias
          """);

  @TempDir Path folder;

  /** Five numbers; the class is the sign of their sum. */
  private record Signs(int size) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("numbers", TensorType.f32(5)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("sign", TensorType.of(DType.I32)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        float sum = 0;
        for (int j = 0; j < 5; j++) {
          float x = (rows[from + i] * 37 + j * 101) % 19 / 9f - 1;
          sum += x;
          if (field == 0) {
            target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 5L * i + j, x);
          }
        }
        if (field == 1) {
          target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, sum > 0 ? 1 : 0);
        }
      }
    }
  }

  private static Layer model() {
    return Sequential.of(new Dense(7, relu()), new Dense(3));
  }

  private static Batches data() {
    return new Signs(64).batch(16);
  }

  private static Trainer trainer(Backplane backplane, Layer model) {
    return backplane
        .trainer(model, new SparseCategoricalCrossEntropy(), new Adam(1e-2))
        .name("signs")
        .metrics(new Accuracy())
        .note("recipe", "none")
        .file("labels.txt", "minus\nplus\n");
  }

  private static Run fit(Backplane backplane, Trainer trainer) {
    return trainer.fit(data(), data(), epochs(2), backplane.device("reference"));
  }

  private static Map<String, Literal> pytorch(Backplane backplane) throws URISyntaxException {
    var file = ModelFileTest.class.getResource("/parity/pytorch-model.safetensors");
    return backplane.weights(Path.of(file.toURI()));
  }

  @Test
  void aModelFileGivesThePredictionsFiguresNotesAndFilesOfItsRun() {
    var file = folder.resolve("signs.safetensors");
    try (var backplane = Backplane.start();
        var run = fit(backplane, trainer(backplane, model()))) {
      run.save(file);
      try (var loaded = backplane.load(file, backplane.device("reference"))) {
        var input = new Signs(64).example(5).input();
        assertArrayEquals(run.predict(input).toFloats(), loaded.predict(input).toFloats());
        assertEquals(run.evaluate(data()), loaded.evaluate(data()));
        assertEquals(run.notes(), loaded.notes());
        assertEquals(run.files(), loaded.files());
        assertEquals("signs", loaded.name());
        assertEquals(run.parameters().keySet(), backplane.weights(file).keySet());
      }
    }
    assertEquals(1, folder.toFile().list().length, "nothing is left beside the file");
  }

  @Test
  void weightsOfPyTorchGiveItsPredictions() throws Exception {
    try (var backplane = Backplane.start();
        var training =
            trainer(backplane, model())
                .weights(FROM_PYTORCH.apply(pytorch(backplane)))
                .open(data(), backplane.device("reference"))) {
      var theirs = pytorch(backplane);
      var found = training.predict(List.of(theirs.get("input"))).getFirst().toFloats();
      assertArrayEquals(theirs.get("expected").toFloats(), found, 1e-6f);
    }
  }

  @Test
  void whatIsFrozenKeepsItsBitsWhileTheRestIsTrained() throws Exception {
    try (var backplane = Backplane.start()) {
      var start = FROM_PYTORCH.apply(pytorch(backplane));
      var trainer = trainer(backplane, model()).weights(start).freeze("dense_1", "dense_2/bias");
      try (var run = fit(backplane, trainer.out(folder.resolve("run")))) {
        for (var path : start.keySet()) {
          boolean same =
              Arrays.equals(start.get(path).toFloats(), run.parameters().get(path).toFloats());
          assertEquals(!path.equals("dense_2/kernel"), same, path);
        }
      }
      var failure =
          assertThrows(
              IllegalArgumentException.class,
              () -> fit(backplane, trainer(backplane, model()).freeze("dense_3")));
      assertTrue(
          failure.getMessage().startsWith("freeze: no parameter is dense_3 or in it"),
          failure.getMessage());
      var other = trainer(backplane, model()).freeze("dense_1").out(folder.resolve("run"));
      var refused =
          assertThrows(
              dev.backplane.BackplaneException.class, () -> fit(backplane, other.resume(true)));
      assertTrue(refused.getMessage().contains("training.frozen"), refused.getMessage());
    }
  }

  @Test
  void aTrainingTellsItsLayersTheirShapesAndParameters() {
    try (var backplane = Backplane.start();
        var training =
            trainer(backplane, model())
                .freeze("dense_1/bias")
                .open(data(), backplane.device("reference"))) {
      var layers = training.layers();
      assertEquals(
          List.of(
              "dense_1 Dense [f32[16,7]] 42 35",
              "dense_2 Dense [f32[16,3]] 24 24",
              " Sequential [f32[16,3]] 0 0"),
          layers.stream()
              .map(
                  l ->
                      l.path()
                          + " "
                          + l.kind()
                          + " "
                          + l.outputs()
                          + " "
                          + l.parameters()
                          + " "
                          + l.trained())
              .toList());
    }
  }

  @Test
  void weightsThatDoNotFitAreRefusedByPath() {
    try (var backplane = Backplane.start()) {
      for (var path : List.of("dense_1/kernel", "dense_9/bias", "$step")) {
        var values = Map.of(path, Literal.of(new float[] {1}));
        var failure =
            assertThrows(
                IllegalArgumentException.class,
                () -> fit(backplane, trainer(backplane, model()).weights(values)));
        assertTrue(failure.getMessage().contains(path), failure.getMessage());
      }
    }
  }

  /** Not registered. */
  private record Stray() implements UnaryLayer {
    @Override
    public dev.backplane.tensor.Tensor apply(
        dev.backplane.nn.Forward forward, dev.backplane.tensor.Tensor x) {
      return x;
    }
  }

  @Test
  void whatIsNoModelFileIsMalformedOrRefused() throws IOException, URISyntaxException {
    var file = folder.resolve("signs.safetensors");
    try (var backplane = Backplane.start()) {
      var stray = Sequential.of(new Stray(), new Dense(3));
      try (var run = fit(backplane, trainer(backplane, stray))) {
        assertThrows(dev.backplane.BackplaneException.class, () -> run.save(file));
        assertFalse(Files.exists(file));
      }
      malformed(backplane, folder.resolve("nothing"), "no such file");
      malformed(
          backplane,
          Path.of(ModelFileTest.class.getResource("/parity/pytorch-model.safetensors").toURI()),
          "weights without a model");
      try (var run = fit(backplane, trainer(backplane, model()))) {
        run.save(file);
      }
      var bytes = Files.readAllBytes(file);
      for (int length : new int[] {0, 7, 8, 100, bytes.length / 2, bytes.length - 1}) {
        Files.write(file, Arrays.copyOf(bytes, length));
        malformed(backplane, file, "signs.safetensors");
      }
    }
  }

  private static void malformed(Backplane backplane, Path file, String words) {
    var failure = assertThrows(MalformedModelException.class, () -> backplane.load(file));
    assertTrue(failure.getMessage().contains(words), failure.getMessage());
  }
}
