package dev.backplane.usage;

import static dev.backplane.Trainer.Epochs.epochs;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Callback;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.data.Examples;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.UnaryLayer;
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
import dev.backplane.usage.Pieces.Squared;
import dev.backplane.usage.Pieces.Unembed;
import dev.backplane.usage.Pieces.Zeros;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tied embeddings, clipping, reduce-on-plateau, class weights, gradient accumulation. */
class TrainingUsageTest {
  private static final Target REFERENCE = Target.of("reference");

  /** Predicts the next id from the last one; one table reads ids and scores them. */
  private record Tied(int vocabulary, int width) implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor ids) {
      var x = f.child("embedding", new Embed(vocabulary, width), ids);
      var hidden = f.child("hidden", new Linear(width), x);
      return f.child("embedding", new Unembed(vocabulary, width), hidden);
    }
  }

  /** −ln of the probability of the label, for logits [batch, classes] and labels i32 [batch]. */
  private record CrossEntropy() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var logits = outputs.only();
      var label = Ops.oneHot(batch.targets().only(), logits.shape().last(), DType.F32);
      return Pieces.logSoftmax(logits).mul(label).sum(-1).neg();
    }
  }

  private static Examples successors(int vocabulary) {
    var ids = new int[vocabulary];
    var next = new int[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      ids[i] = i;
      next[i] = (i + 1) % vocabulary;
    }
    return Rows.of(
        1, Literal.of(Shape.of(vocabulary), ids), Literal.of(Shape.of(vocabulary), next));
  }

  @Test
  void tiesEmbeddings() {
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(new Tied(6, 8), new CrossEntropy(), new Sgd(1))
                .open(successors(6).batch(6), REFERENCE)) {
      assertTrue(
          training
              .parameters()
              .keySet()
              .containsAll(Set.of("embedding/table", "hidden/kernel", "hidden/bias")));
      assertEquals(
          1, training.parameters().keySet().stream().filter(p -> p.endsWith("table")).count());
      training.step();
      double before = training.metrics().get("loss");
      for (int i = 0; i < 60; i++) {
        training.step();
      }
      double after = training.evaluate(successors(6).batch(6)).get("loss");
      assertTrue(after < before / 3, before + " → " + after);
    }
  }

  /** Scales all gradients so that their common norm does not pass a limit. */
  private record ClipByGlobalNorm(double norm) implements GradientTransform {
    @Override
    public List<Tensor> apply(Gradients g) {
      var squares = g.gradients().stream().map(x -> x.square().sum()).toList();
      var length = Ops.fold(squares, Tensor::add).sqrt();
      var factor = Ops.like(length, norm).div(length.maximum(Ops.like(length, norm)));
      return g.gradients().stream().map(x -> x.mul(factor)).toList();
    }
  }

  private static Map<String, Literal> afterOneStep(Trainer trainer, Examples data, int batch) {
    try (var training = trainer.open(data.batch(batch), REFERENCE)) {
      training.step();
      return training.parameters();
    }
  }

  @Test
  void clipsByGlobalNorm() {
    var data =
        Rows.of(
            1, Literal.of(Shape.of(2, 2), 1f, 2f, 3f, 4f), Literal.of(Shape.of(2, 1), 100f, -50f));
    try (var backplane = Backplane.start()) {
      Map<String, Literal> before;
      var trainer =
          backplane
              .trainer(new Linear(1), new Squared(), new Sgd(1))
              .transforms(new ClipByGlobalNorm(0.25));
      try (var training = trainer.open(data.batch(2), REFERENCE)) {
        before = training.parameters();
      }
      var after = afterOneStep(trainer, data, 2);
      double square = 0;
      for (var path : List.of("kernel", "bias")) {
        var old = before.get(path).toDoubles();
        var now = after.get(path).toDoubles();
        for (int i = 0; i < old.length; i++) {
          square += (now[i] - old[i]) * (now[i] - old[i]);
        }
      }
      assertEquals(0.25, Math.sqrt(square), 1e-5);
    }
  }

  /** Halves the rate when an epoch did not make the test loss smaller. */
  private static final class ReduceOnPlateau implements Callback {
    private double best = Double.POSITIVE_INFINITY;
    private double factor = 1;
    private final List<Double> factors = new ArrayList<>();

    @Override
    public void onEpoch(Progress progress) {
      double loss = progress.metrics().get("test_loss");
      if (loss >= best) {
        factor /= 2;
        progress.rateFactor(factor);
      }
      best = Math.min(best, loss);
      factors.add(factor);
    }
  }

  /** The mean of w · x: its gradient by w is the mean of x, whatever w is. */
  private record Weight() implements UnaryLayer {
    @Override
    public Tensor apply(Forward f, Tensor x) {
      return x.mul(f.parameter("w", Shape.scalar(), new Zeros()));
    }
  }

  private record Output() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only();
    }
  }

  @Test
  void reducesTheRateOnAPlateau() {
    var ones = Literal.of(1f, 1f);
    var zeros = Literal.of(0f, 0f);
    var plateau = new ReduceOnPlateau();
    try (var backplane = Backplane.start();
        var run =
            backplane
                .trainer(new Weight(), new Output(), new Sgd(1))
                .callbacks(plateau)
                .fit(
                    Rows.of(1, ones, ones).batch(2),
                    Rows.of(1, zeros, zeros).batch(2),
                    epochs(4),
                    REFERENCE)) {
      assertEquals(List.of(1.0, 0.5, 0.25, 0.125), plateau.factors);
      assertEquals(-(1 + 1 + 0.5 + 0.25), run.parameters().get("w").toDouble(), 1e-6);
    }
  }

  /** Another loss, each example counting by its class. Labels: i32 [batch]. */
  private record ClassWeighted(Loss loss, List<Double> weights) implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var labels = batch.targets().get(0);
      var values = weights.stream().mapToDouble(Double::doubleValue).toArray();
      var table =
          labels
              .scope()
              .constant(Literal.fill(TensorType.f32(values.length), index -> values[index]));
      return loss.apply(outputs, batch).mul(Ops.rows(table, labels));
    }
  }

  @Test
  void weighsClasses() {
    var data = successors(4);
    Layer model = new Tied(4, 3);
    try (var backplane = Backplane.start()) {
      var plain = backplane.trainer(model, new CrossEntropy(), new Sgd(0.1));
      var even =
          backplane.trainer(
              model,
              new ClassWeighted(new CrossEntropy(), List.of(2.0, 2.0, 2.0, 2.0)),
              new Sgd(0.05));
      var odd =
          backplane.trainer(
              model,
              new ClassWeighted(new CrossEntropy(), List.of(0.0, 0.0, 0.0, 1.0)),
              new Sgd(0.1));
      var table = afterOneStep(plain, data, 4).get("embedding/table").toDoubles();
      assertArrayEquals(
          table, afterOneStep(even, data, 4).get("embedding/table").toDoubles(), 1e-6);
      var other = afterOneStep(odd, data, 4).get("embedding/table").toDoubles();
      double difference = 0;
      for (int i = 0; i < table.length; i++) {
        difference += Math.abs(table[i] - other[i]);
      }
      assertTrue(difference > 1e-3, "the weights changed nothing");
    }
  }

  @Test
  void accumulatesGradients() {
    var data = successors(8);
    try (var backplane = Backplane.start()) {
      var whole =
          afterOneStep(
              backplane.trainer(new Tied(8, 4), new CrossEntropy(), new Sgd(0.5)), data, 8);
      var trainer =
          backplane.trainer(new Tied(8, 4), new CrossEntropy(), new Sgd(0.5)).accumulate(2);
      try (var training = trainer.open(data.batch(4), REFERENCE)) {
        training.step();
        training.step();
        for (var path : whole.keySet()) {
          assertArrayEquals(
              whole.get(path).toDoubles(), training.parameters().get(path).toDoubles(), 1e-6, path);
        }
      }
    }
  }
}
