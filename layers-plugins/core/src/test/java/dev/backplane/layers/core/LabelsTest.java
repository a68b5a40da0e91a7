package dev.backplane.layers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.loss.BinaryCrossEntropy;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.F1;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A label of no class ends a training, by the name of its example; nothing is lost by it. */
class LabelsTest {
  private static final int WRONG = 5;

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  /**
   * Labels 0, 1, 2, 0, 1 …, but for one example.
   *
   * @param stored of the label
   * @param wrong the label of example {@value #WRONG}
   * @param since the epoch in which it becomes wrong
   */
  private record Given(int epoch, DType stored, int wrong, int since) implements Examples {
    @Override
    public int size() {
      return 8;
    }

    @Override
    public Examples epoch(int epoch) {
      return new Given(epoch, stored, wrong, since);
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("x", TensorType.f32(2)));
    }

    @Override
    public List<Feature> targets() {
      var presented = stored == DType.F32 ? DType.F32 : DType.I32;
      return List.of(new Feature("kind", TensorType.of(stored), presented, 1, 0));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        int label = row == WRONG && epoch >= since ? wrong : row % 3;
        if (field == 0) {
          target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 2L * i, row);
          target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, 2L * i + 1, 1 - row);
        } else {
          switch (stored) {
            case U8 -> target.set(ValueLayout.JAVA_BYTE, i, (byte) label);
            case I64 -> target.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, label);
            case F32 ->
                target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, row == WRONG ? wrong : 1);
            case F64, F16, BF16, I32, U32, I8, BOOL ->
                target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, label);
          }
        }
      }
    }
  }

  private static void train(Loss loss, int outputs, Examples train, Examples test) {
    backplane
        .trainer(Sequential.of(new Dense(outputs)), loss, new Sgd(0.01))
        .name("kinds")
        .fit(train.batch(3), test.batch(3), Epochs.epochs(1), backplane.device("reference"))
        .close();
  }

  private static String refusal(Loss loss, int outputs, Examples train, Examples test) {
    return assertThrows(
            BackplaneException.class, () -> train(loss, outputs, train, test), loss::toString)
        .getMessage();
  }

  @Test
  void aLabelOfNoClassIsNamedWithItsExample() {
    var loss = new SparseCategoricalCrossEntropy();
    for (var stored : List.of(DType.I32, DType.U8, DType.I64)) {
      var good = new Given(0, stored, 2, 0);
      train(loss, 3, good, good);
      for (int wrong : stored == DType.U8 ? new int[] {3, 200} : new int[] {3, -1}) {
        var bad = new Given(0, stored, wrong, 0);
        var expected =
            "model kinds: target \"kind\" of example 5: expected 0 to 2, as the loss and the"
                + " model's outputs say, found "
                + wrong;
        assertEquals(expected, refusal(loss, 3, bad, good), stored::toString);
        assertEquals(expected, refusal(loss, 3, good, bad), stored::toString);
      }
    }
  }

  @Test
  void whatIsIgnoredMayStandThere() {
    var loss = new SparseCategoricalCrossEntropy().ignoring(-1);
    var good = new Given(0, DType.I32, -1, 0);
    train(loss, 3, good, good);
    var message = refusal(loss, 3, new Given(0, DType.I32, -2, 0), good);
    assertTrue(message.contains("expected 0 to 2 or -1, "), message);
  }

  @Test
  void yesAndNoAreOneAndZero() {
    var good = new Given(0, DType.F32, 0, 0);
    train(new BinaryCrossEntropy(), 1, good, good);
    var message = refusal(new BinaryCrossEntropy(), 1, new Given(0, DType.F32, 2, 0), good);
    assertTrue(message.contains("expected 0 to 1, "), message);
  }

  @Test
  void aLossAroundAnotherIsAsParticular() {
    var plain = new SparseCategoricalCrossEntropy();
    var good = new Given(0, DType.I32, 2, 0);
    var loss = new ClassWeighted(plain, List.of(1.0, 2.0, 0.5));
    train(loss, 3, good, good);
    var message = refusal(loss, 3, new Given(0, DType.I32, 3, 0), good);
    assertTrue(message.contains("expected 0 to 2, "), message);
    var two = new ClassWeighted(plain, List.of(1.0, 2.0));
    assertEquals(
        "ClassWeighted L2: outputs f32[3,3] have 3 classes, found 2 weights, in layer loss of"
            + " kinds",
        assertThrows(ShapeException.class, () -> train(two, 3, good, good)).getMessage());
  }

  @Test
  void aMetricOfOtherClassesThanTheModelIsRefused() {
    var good = new Given(0, DType.I32, 2, 0);
    var found =
        assertThrows(
            ShapeException.class,
            () ->
                backplane
                    .trainer(
                        Sequential.of(new Dense(3)),
                        new SparseCategoricalCrossEntropy(),
                        new Sgd(0.01))
                    .metrics(new F1(4))
                    .open(good.batch(3), backplane.device("reference")));
    assertTrue(
        found
            .getMessage()
            .startsWith("F1 M2: outputs f32[3,3] have 3 classes, found 4 in the metric"),
        found::getMessage);
  }

  @Test
  void theEpochsBeforeAreKept(@TempDir Path folder) {
    var train = new Given(0, DType.I32, 7, 2);
    var good = new Given(0, DType.I32, 2, 0);
    var device = backplane.device("reference");
    var trainer =
        backplane
            .trainer(
                Sequential.of(new Dense(3)), new SparseCategoricalCrossEntropy(), new Sgd(0.01))
            .name("kinds")
            .out(folder);
    var message =
        assertThrows(
                BackplaneException.class,
                () -> trainer.fit(train.batch(3), good.batch(3), Epochs.epochs(5), device))
            .getMessage();
    assertTrue(message.contains("of example 5: "), message);
    try (var run = backplane.open(folder, device)) {
      assertEquals(2, run.epochs());
      assertEquals(2, run.history().size());
    }
  }
}
