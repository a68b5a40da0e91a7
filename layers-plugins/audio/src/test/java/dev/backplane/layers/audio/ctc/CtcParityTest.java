package dev.backplane.layers.audio.ctc;

import static dev.backplane.function.Functions.valueAndGradient;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.nn.Batch;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses and gradients are those of PyTorch's CTCLoss, to 1e-5 + 1e-4·|expected|. */
class CtcParityTest {
  private static final Fixtures FIXTURES = Fixtures.read(CtcParityTest.class, "/parity/parity.txt");

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  private static Batch batch(Scope scope, Literal... targets) {
    var tensors = java.util.Arrays.stream(targets).map(scope::constant).toList();
    int examples = targets[1].type().shape().dimension(0);
    return new Batch(
        Tensors.of(), new Tensors(tensors), Ops.fill(scope, TensorType.f32(examples), 1));
  }

  @ParameterizedTest
  @CsvSource({
    "plain, 0, false",
    "repeated, 0, false",
    "empty, 0, false",
    "blank_last, 4, false",
    "impossible, 0, true",
    "infinite, 0, false",
    "long, 0, false"
  })
  void valuesAndGradients(String of, int blank, boolean zeroInfinity) {
    var name = "ctc." + of;
    var loss = new CtcLoss(blank, zeroInfinity);
    try (var scope = backplane.eager(backplane.device("auto"))) {
      var batch =
          batch(
              scope,
              FIXTURES.get(name + ".labels"),
              FIXTURES.get(name + ".lengths"),
              FIXTURES.get(name + ".frames"));
      var logits = scope.constant(FIXTURES.get(name + ".logits"));
      FIXTURES.assertClose(name + ".value", loss.apply(Tensors.of(logits), batch).read());
      var weights = scope.constant(FIXTURES.get(name + ".weights"));
      var both = valueAndGradient(x -> loss.apply(Tensors.of(x), batch).mul(weights).sum(), logits);
      FIXTURES.assertClose(name + ".gradient", both.get(1).read());
    }
  }

  private float[] losses(Literal labels, Literal lengths, Literal frames) {
    try (var scope = backplane.eager(backplane.device("auto"))) {
      var logits = Ops.fill(scope, TensorType.f32(1, 4, 3), 0.5);
      var batch = batch(scope, labels, lengths, frames);
      return new CtcLoss(0, true).apply(Tensors.of(logits), batch).read().toFloats();
    }
  }

  private static Literal ints(int... values) {
    return Literal.of(Shape.of(values.length), values);
  }

  @Test
  void whatCannotBeAskedForIsNoNumber() {
    var good = Literal.of(Shape.of(1, 2), 1, 2);
    assertTrue(Float.isFinite(losses(good, ints(2), ints(4))[0]));
    // Labels that do not count may be anything.
    assertTrue(Float.isFinite(losses(Literal.of(Shape.of(1, 2), 1, 9), ints(1), ints(4))[0]));
    assertTrue(Float.isNaN(losses(Literal.of(Shape.of(1, 2), 1, 3), ints(2), ints(4))[0]));
    assertTrue(Float.isNaN(losses(Literal.of(Shape.of(1, 2), -1, 2), ints(2), ints(4))[0]));
    assertTrue(Float.isNaN(losses(Literal.of(Shape.of(1, 2), 1, 0), ints(2), ints(4))[0]));
    assertTrue(Float.isNaN(losses(good, ints(3), ints(4))[0]));
    assertTrue(Float.isNaN(losses(good, ints(2), ints(5))[0]));
    assertTrue(Float.isNaN(losses(good, ints(-1), ints(4))[0]));
  }

  @Test
  void allFramesCountWhereNoneAreGiven() {
    try (var scope = backplane.eager(backplane.device("auto"))) {
      var logits = Tensors.of(scope.constant(FIXTURES.get("ctc.plain.logits")).slice(0, 0, 1));
      var labels = Literal.of(Shape.of(1, 3), 1, 2, 3);
      var two = new CtcLoss().apply(logits, batch(scope, labels, ints(3)));
      var three = new CtcLoss().apply(logits, batch(scope, labels, ints(3), ints(7)));
      assertEquals(three.read(), two.read());
    }
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    try (var scope = backplane.eager(backplane.device("auto"))) {
      var logits = Ops.fill(scope, TensorType.f32(1, 4, 3), 0);
      var labels = Literal.of(Shape.of(1, 2), 1, 2);
      var flat = Tensors.of(Ops.fill(scope, TensorType.f32(1, 4), 0));
      var good = batch(scope, labels, ints(2));
      var outputs = assertThrows(ShapeException.class, () -> new CtcLoss().apply(flat, good));
      assertTrue(outputs.getMessage().startsWith("CtcLoss L1: expected outputs"));
      var wrong = batch(scope, labels, ints(2, 2));
      var targets =
          assertThrows(ShapeException.class, () -> new CtcLoss().apply(Tensors.of(logits), wrong));
      assertTrue(targets.getMessage().contains("need integer targets"), targets.getMessage());
      var blank =
          assertThrows(
              ShapeException.class, () -> new CtcLoss(3, true).apply(Tensors.of(logits), good));
      assertTrue(blank.getMessage().startsWith("CtcLoss L2: blank 3 is no class"));
      assertEquals(DType.F32, logits.dtype());
    }
  }
}
