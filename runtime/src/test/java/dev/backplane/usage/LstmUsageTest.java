package dev.backplane.usage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.op.Compare;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import dev.backplane.usage.Pieces.Linear;
import dev.backplane.usage.Pieces.Sgd;
import dev.backplane.usage.Pieces.Squared;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A masked bidirectional LSTM that takes a state and gives one. */
class LstmUsageTest {
  private static final Target REFERENCE = Target.of("reference");
  private static final int BATCH = 3;
  private static final int STEPS = 5;
  private static final int FEATURES = 2;
  private static final int UNITS = 3;

  /**
   * Inputs [batch, steps, n], h and c [batch, units]; outputs [batch, steps, units], the last h and
   * c. Where the mask is false the state stays as it is.
   */
  private record Lstm(int units, boolean reverse) implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      var x = inputs.get(0);
      var gates = f.child("input", new Linear(4 * units), x).transpose(1, 0, 2);
      var recurrent = f.parameter("recurrent", Shape.of(units, 4 * units), new Pieces.Uniform(0.3));
      var real =
          f.mask()
              .map(mask -> Ops.expand(mask, -1).broadcastTo(x.shape().with(-1, units)))
              .map(mask -> mask.transpose(1, 0, 2));
      var out =
          Ops.scan(
              Tensors.of(inputs.get(1), inputs.get(2)),
              real.map(mask -> Tensors.of(gates, mask)).orElse(Tensors.of(gates)),
              Tensors.of(recurrent),
              reverse,
              body -> step(body, real.isPresent()));
      return Tensors.of(out.get(2).transpose(1, 0, 2), out.get(0), out.get(1));
    }

    /** Body: h, c, the input's gates, perhaps the mask, the recurrent kernel. */
    private Tensors step(Tensors body, boolean masked) {
      var h = body.get(0);
      var c = body.get(1);
      var all = body.get(2).add(h.matmul(body.get(body.size() - 1)));
      var input = Pieces.sigmoid(all.slice(1, 0, units));
      var forget = Pieces.sigmoid(all.slice(1, units, 2 * units).add(1));
      var candidate = Pieces.tanh(all.slice(1, 2 * units, 3 * units));
      var output = Pieces.sigmoid(all.slice(1, 3 * units, 4 * units));
      var nextC = forget.mul(c).add(input.mul(candidate));
      var nextH = output.mul(Pieces.tanh(nextC));
      if (masked) {
        nextC = Ops.where(body.get(3), nextC, c);
        nextH = Ops.where(body.get(3), nextH, h);
      }
      return Tensors.of(nextH, nextC, nextH);
    }
  }

  /** Inputs x, lengths i32 [batch], and h, c of both directions side by side; as many outputs. */
  private record Bidirectional(int units) implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      var x = inputs.get(0);
      var lengths = inputs.get(1);
      var step =
          Ops.iota(
              f.scope(),
              new TensorType(
                  lengths.dtype(), Shape.of(x.shape().dimension(0), x.shape().dimension(1))),
              1);
      var h = inputs.get(2);
      var c = inputs.get(3);
      f.mask(Optional.of(step.compare(Compare.Direction.LT, Ops.expand(lengths, 1))));
      var there =
          f.child(
              "forward",
              new Lstm(units, false),
              Tensors.of(x, h.slice(1, 0, units), c.slice(1, 0, units)));
      var back =
          f.child(
              "backward",
              new Lstm(units, true),
              Tensors.of(x, h.slice(1, units, 2 * units), c.slice(1, units, 2 * units)));
      return Tensors.of(
          Ops.concatenate(2, List.of(there.get(0), back.get(0))),
          Ops.concatenate(1, List.of(there.get(1), back.get(1))),
          Ops.concatenate(1, List.of(there.get(2), back.get(2))));
    }
  }

  private static Literal numbers(double seed, int... dimensions) {
    return Literal.fill(TensorType.f32(dimensions), i -> Math.sin(seed + 1.7 * i));
  }

  private static Rows data(Literal x) {
    return Rows.of(
        1,
        x,
        Literal.of(Shape.of(BATCH), 2, 5, 3),
        numbers(1, BATCH, 2 * UNITS),
        numbers(2, BATCH, 2 * UNITS),
        numbers(3, BATCH, STEPS, 2 * UNITS));
  }

  @Test
  void ignoresWhatTheMaskHides() {
    var x = numbers(0, BATCH, STEPS, FEATURES);
    // Example 0 has two real steps: whatever stands behind them changes nothing but itself.
    var other =
        Literal.fill(x.type(), i -> i >= 2 * FEATURES && i < STEPS * FEATURES ? 99 : x.doubleAt(i));
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(new Bidirectional(UNITS), new Squared(), new Sgd(0.2))
                .open(data(x).batch(BATCH), REFERENCE)) {
      var inputs = data(x).fields().subList(0, 4);
      var outputs = training.predict(inputs);
      assertEquals(
          List.of(
              TensorType.f32(BATCH, STEPS, 2 * UNITS),
              TensorType.f32(BATCH, 2 * UNITS),
              TensorType.f32(BATCH, 2 * UNITS)),
          outputs.stream().map(Literal::type).toList());
      assertEquals(outputs, training.predict(data(other).fields().subList(0, 4)));
      // A state that goes in comes out: two halves of a sequence are the sequence.
      var state = outputs.get(1);
      assertNotEquals(inputs.get(2), state);
    }
  }

  @Test
  void goesOnFromTheStateItGave() {
    var x = numbers(0, 1, 4, FEATURES);
    try (var backplane = Backplane.start();
        var long4 = oneWay(backplane, 4);
        var short2 = oneWay(backplane, 2)) {
      // One seed and the same paths: both have the same parameters.
      assertEquals(
          long4.parameters().get("lstm/recurrent"), short2.parameters().get("lstm/recurrent"));
      var h = numbers(1, 1, UNITS);
      var c = numbers(2, 1, UNITS);
      var whole = long4.predict(List.of(x, h, c));
      var first = short2.predict(List.of(half(x, 0), h, c));
      var second = short2.predict(List.of(half(x, 1), first.get(1), first.get(2)));
      assertArrayEquals(whole.get(1).toFloats(), second.get(1).toFloats(), 1e-6f);
      assertArrayEquals(whole.get(2).toFloats(), second.get(2).toFloats(), 1e-6f);
    }
  }

  private static Training oneWay(Backplane backplane, int steps) {
    var data =
        Rows.of(
            1,
            numbers(0, 1, steps, FEATURES),
            numbers(1, 1, UNITS),
            numbers(2, 1, UNITS),
            numbers(3, 1, steps, UNITS));
    return backplane
        .trainer(new OneWay(), new Squared(), new Sgd(0.2))
        .open(data.batch(1), REFERENCE);
  }

  private record OneWay() implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      return f.child("lstm", new Lstm(UNITS, false), inputs);
    }
  }

  private static Literal half(Literal x, int which) {
    int count = 2 * FEATURES;
    return Literal.fill(TensorType.f32(1, 2, FEATURES), i -> x.doubleAt(which * count + i));
  }

  @Test
  void learns() {
    var data = data(numbers(0, BATCH, STEPS, FEATURES));
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(new Bidirectional(UNITS), new Squared(), new Sgd(0.1))
                .open(data.batch(BATCH), REFERENCE)) {
      double before = training.evaluate(data.batch(BATCH)).get("loss");
      for (int i = 0; i < 60; i++) {
        training.step();
      }
      double after = training.evaluate(data.batch(BATCH)).get("loss");
      assertTrue(after < 0.9 * before, before + " → " + after);
    }
  }
}
