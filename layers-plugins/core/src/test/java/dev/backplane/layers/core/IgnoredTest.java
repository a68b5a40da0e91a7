package dev.backplane.layers.core;

import static dev.backplane.function.Functions.valueAndGradient;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.Backplane;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** Positions of an ignored label are as if they were not there. */
class IgnoredTest {
  private static final int CLASSES = 3;

  /** Three examples of three positions: two real ones, one, none. */
  private static final int[] LABELS = {2, 1, 0, 1, 0, 0, 0, 0, 0};

  private static final Literal LOGITS =
      Literal.fill(TensorType.f32(3, 3, CLASSES), i -> 2 * Math.sin(1 + 2.3 * i));

  private static Batch batch(Scope scope, Tensor z, int... labels) {
    int count = z.shape().dimension(0);
    return new Batch(
        Tensors.of(z),
        Tensors.of(scope.constant(Literal.of(Shape.of(count, labels.length / count), labels))),
        scope.constant(Literal.fill(TensorType.f32(count), i -> 1 + i)));
  }

  /** Of the first positions of one example. */
  private static double alone(Scope scope, int example, int positions, int... labels) {
    var z = scope.constant(LOGITS).slice(0, example, example + 1).slice(1, 0, positions);
    var loss = new SparseCategoricalCrossEntropy();
    return loss.apply(Tensors.of(z), batch(scope, z, labels)).read().toFloats()[0];
  }

  @Test
  void theLossIsThatOfTheRealPositions() {
    Loss loss = new SparseCategoricalCrossEntropy().ignoring(0);
    try (var backplane = Backplane.start();
        var scope = backplane.eager(backplane.device("reference"))) {
      var z = scope.constant(LOGITS);
      var found = loss.apply(Tensors.of(z), batch(scope, z, LABELS)).read().toFloats();
      assertEquals(alone(scope, 0, 2, 2, 1), found[0], 1e-6);
      assertEquals(alone(scope, 1, 1, 1), found[1], 1e-6);
      assertEquals(0, found[2]);
      var gradient =
          valueAndGradient(at -> loss.apply(Tensors.of(at), batch(scope, at, LABELS)).sum(), z)
              .get(1)
              .read()
              .toFloats();
      for (int i = 0; i < gradient.length; i++) {
        assertEquals(LABELS[i / CLASSES] == 0, gradient[i] == 0, "gradient " + i);
      }
    }
  }

  @Test
  void theAccuracyIsThatOfTheRealPositions() {
    var metric = new Accuracy().ignoring(0);
    // Said: 2 0 0, 1 1 1, 0 0 0.
    var said = new int[] {2, 0, 0, 1, 1, 1, 0, 0, 0};
    var logits = Literal.fill(TensorType.f32(3, 3, 3), i -> said[i / 3] == i % 3 ? 1 : 0);
    try (var backplane = Backplane.start();
        var scope = backplane.eager(backplane.device("reference"))) {
      var z = scope.constant(logits);
      var zero = scope.constant(Literal.of(Shape.scalar(), 0f));
      var state = metric.update(Tensors.of(zero, zero), Tensors.of(z), batch(scope, z, LABELS));
      // Half of the first, weight 1, and all of the second, weight 2; the third does not count.
      assertEquals(2.5 / 3, metric.result(state).read().toDouble(), 1e-6);
    }
  }
}
