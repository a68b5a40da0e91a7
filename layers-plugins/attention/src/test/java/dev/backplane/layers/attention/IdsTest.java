package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An id of no row of the table is refused by the name of its example. */
class IdsTest {
  private static final int VOCABULARY = 7;
  private static final int LENGTH = 3;
  private static final int WRONG = 4;

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  /** Six sequences of three ids, all of the table but the last of example {@value #WRONG}. */
  private record Given(int wrong) implements Examples {
    @Override
    public int size() {
      return 6;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("words", TensorType.of(DType.I32, LENGTH)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32(1)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        if (field == 1) {
          target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, row);
          continue;
        }
        for (int j = 0; j < LENGTH; j++) {
          int id = row == WRONG && j == LENGTH - 1 ? wrong : (row + j) % VOCABULARY;
          target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, (long) i * LENGTH + j, id);
        }
      }
    }
  }

  private static Sequential model(Layer... before) {
    var layers = new ArrayList<>(List.of(before));
    layers.addAll(List.of(new Embedding(VOCABULARY, 2), new Flatten(), new Dense(1)));
    return Sequential.of(layers.toArray(Layer[]::new));
  }

  private static void train(Sequential model, int train, int test) {
    backplane
        .trainer(model, new MeanSquaredError(), new Sgd(0.01))
        .name("words")
        .fit(
            new Given(train).batch(4),
            new Given(test).batch(4),
            Epochs.epochs(1),
            backplane.device("reference"))
        .close();
  }

  private static String refusal(int train, int test) {
    return assertThrows(BackplaneException.class, () -> train(model(), train, test)).getMessage();
  }

  private static String expected(int found) {
    return "model words: input \"words\" of example 4: expected 0 to 6, as layer embedding_1 says,"
        + " found "
        + found;
  }

  @Test
  void anIdOfNoRowEndsATrainingOrAnEvaluation() {
    assertEquals(expected(7), refusal(7, 6));
    assertEquals(expected(-1), refusal(-1, 6));
    assertEquals(expected(9), refusal(6, 9));
    train(model(), 0, 6);
  }

  @Test
  void aPredictionRefusesItToo() {
    try (var training =
        backplane
            .trainer(model(), new MeanSquaredError(), new Sgd(0.01))
            .name("words")
            .open(new Given(0).batch(4), backplane.device("reference"))) {
      var ids = Literal.fill(TensorType.of(DType.I32, 5, LENGTH), i -> i == 14 ? 7 : i % 7);
      var refusal = assertThrows(BackplaneException.class, () -> training.predict(List.of(ids)));
      assertEquals(expected(7), refusal.getMessage());
    }
  }

  /** Makes other ids. */
  private record Next() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor ids) {
      return ids.add(1);
    }
  }

  /** Ids that are made on the way are no input: a program cannot refuse a number. */
  @Test
  void idsThatAreNoInputTakeTheNearestRow() {
    train(model(new Next()), 6, 6);
  }
}
