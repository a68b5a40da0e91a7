package dev.backplane.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.data.Examples;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import dev.backplane.usage.Pieces.Embed;
import dev.backplane.usage.Pieces.Linear;
import dev.backplane.usage.Pieces.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sequence-to-sequence model with cross attention over a padded source. */
class SequenceToSequenceTest {
  private static final Target REFERENCE = Target.of("reference");
  private static final int VOCABULARY = 6;
  private static final int STEPS = 4;
  private static final int PAD = 0;

  /** h ← tanh(x · input + h · recurrent) along the second axis: [batch, steps, n] to units. */
  private record Recurrent(int units) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      int batch = x.shape().dimension(0);
      // The product with the inputs is one contraction outside of the loop.
      var inputs = f.child("input", new Linear(units), x).transpose(1, 0, 2);
      var recurrent = f.parameter("recurrent", Shape.of(units, units), new Pieces.Uniform(0.3));
      var start = Ops.fill(f.scope(), TensorType.f32(batch, units), 0);
      var out =
          Ops.scan(
              Tensors.of(start),
              Tensors.of(inputs),
              Tensors.of(recurrent),
              false,
              body -> {
                var h = Pieces.tanh(body.get(1).add(body.get(0).matmul(body.get(2))));
                return Tensors.of(h, h);
              });
      return out.get(1).transpose(1, 0, 2);
    }
  }

  /** Each decoder step looks at the encoder's steps that are real. */
  private record CrossAttention(int width) implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      var decoder = inputs.get(0);
      var encoder = inputs.get(1);
      var query = f.child("query", new Linear(width), decoder);
      var key = f.child("key", new Linear(width), encoder);
      var value = f.child("value", new Linear(width), encoder);
      var scores = query.matmul(key.transpose(0, 2, 1)).mul(1 / Math.sqrt(width));
      if (f.mask().isPresent()) {
        var real = Ops.expand(f.mask().get(), 1);
        scores = Ops.where(real, scores, Ops.like(scores, -1e9));
      }
      return Tensors.of(Pieces.softmax(scores).matmul(value));
    }
  }

  /**
   * Source ids and the target's earlier ids, [batch, steps] each, to scores of the target's ids.
   */
  private record Translator(int width) implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      var source = inputs.get(0);
      var real = source.compare(Compare.Direction.NE, Ops.like(source, PAD));
      var table = new Embed(VOCABULARY, width);
      var encoded = f.child("encoder", new Recurrent(width), f.child("source", table, source));
      var decoded =
          f.child("decoder", new Recurrent(width), f.child("target", table, inputs.get(1)));
      f.mask(java.util.Optional.of(real));
      var seen =
          f.child("attention", new CrossAttention(width), Tensors.of(decoded, encoded)).only();
      var both = Ops.concatenate(2, List.of(decoded, seen));
      return Tensors.of(f.child("output", new Linear(VOCABULARY), both));
    }
  }

  /** The mean over the target's steps of −ln p, steps of padding left out. */
  private record SequenceCrossEntropy() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var ids = batch.targets().only();
      var label = Ops.oneHot(ids, VOCABULARY, DType.F32);
      var surprise = Pieces.logSoftmax(outputs.only()).mul(label).sum(-1).neg();
      var real = ids.compare(Compare.Direction.NE, Ops.like(ids, PAD)).cast(DType.F32);
      return surprise.mul(real).sum(1).div(real.sum(1).maximum(Ops.like(real, 1)));
    }
  }

  /** Reversals of short words, padded at the end. */
  private static Examples reversals(int size) {
    var source = new int[size * STEPS];
    var before = new int[size * STEPS];
    var target = new int[size * STEPS];
    for (int i = 0; i < size; i++) {
      int length = 2 + i % (STEPS - 1);
      for (int t = 0; t < length; t++) {
        source[i * STEPS + t] = 1 + (i * 7 + t * 3 + i / 5) % (VOCABULARY - 1);
      }
      for (int t = 0; t < length; t++) {
        target[i * STEPS + t] = source[i * STEPS + length - 1 - t];
        if (t + 1 < STEPS) {
          before[i * STEPS + t + 1] = target[i * STEPS + t];
        }
      }
    }
    var shape = Shape.of(size, STEPS);
    return Rows.of(
        1, Literal.of(shape, source), Literal.of(shape, before), Literal.of(shape, target));
  }

  @Test
  void learnsToReverseWords() {
    var data = reversals(24);
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(new Translator(12), new SequenceCrossEntropy(), new Sgd(1))
                .name("translator")
                .open(data.shuffle(1).batch(12), REFERENCE)) {
      double before = training.evaluate(data.batch(12)).get("loss");
      assertEquals(Math.log(VOCABULARY), before, 0.2);
      for (int i = 0; i < 60; i++) {
        training.step();
      }
      double after = training.evaluate(data.batch(12)).get("loss");
      assertTrue(after < 0.75 * before, before + " → " + after);
      var one = data.example(0);
      var scores =
          training
              .predict(one.inputs().stream().map(SequenceToSequenceTest::batchOfOne).toList())
              .getFirst();
      assertEquals(TensorType.f32(1, STEPS, VOCABULARY), scores.type());
    }
  }

  private static Literal batchOfOne(Literal value) {
    var type = value.type().withShape(value.type().shape().prepend(1));
    return Literal.copyOf(type, value.data());
  }
}
