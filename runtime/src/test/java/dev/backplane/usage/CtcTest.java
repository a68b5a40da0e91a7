package dev.backplane.usage;

import static dev.backplane.function.Functions.valueAndGradient;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.op.Compare.Direction;
import dev.backplane.op.Pad;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import dev.backplane.usage.Pieces.Linear;
import dev.backplane.usage.Pieces.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Connectionist temporal classification with lengths of inputs and labels (Graves et al., 2006).
 */
class CtcTest {
  private static final int STEPS = 4;
  private static final int LABELS = 2;
  private static final int CLASSES = 3;
  private static final int BLANK = 0;

  /**
   * Outputs: scores [batch, steps, classes]. Targets: labels i32 [batch, labels], never blank;
   * their number and the number of real steps, i32 [batch]. Logarithms of probabilities, -1e30 for
   * none.
   */
  private record Ctc() implements Loss {
    private static final double NONE = -1e30;

    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      var scores = Pieces.logSoftmax(outputs.only());
      var labels = batch.targets().get(0);
      var labelCount = batch.targets().get(1);
      var stepCount = batch.targets().get(2);
      // Blanks before, between and behind the labels.
      var spelled =
          labels.apply(
              new Pad(List.of(0, 1), List.of(0, 1), List.of(0, 1)), Ops.like(labels, BLANK));
      var emitted =
          scores.matmul(Ops.oneHot(spelled, scores.shape().last(), DType.F32).transpose(0, 2, 1));
      var place = Ops.iota(labels.scope(), spelled.type(), 1);
      var none = Ops.fill(labels.scope(), TensorType.f32(dimensions(spelled)), NONE);
      var start =
          Ops.where(
              place.compare(Direction.LT, Ops.like(place, 2)),
              emitted.slice(1, 0, 1).reshape(dimensions(spelled)),
              none);
      var jumps = jumps(spelled);
      int steps = scores.shape().dimension(1);
      var later = emitted.transpose(1, 0, 2).slice(0, 1, steps);
      var time = Ops.iota(labels.scope(), TensorType.of(DType.I32, steps - 1), 0).add(1);
      var last =
          Ops.scan(
                  Tensors.of(start),
                  Tensors.of(later, time),
                  Tensors.of(jumps, stepCount),
                  false,
                  body -> Tensors.of(step(body)))
              .get(0);
      var end = Ops.expand(labelCount.mul(2), 1);
      var isEnd =
          Ops.binary(
              dev.backplane.op.Binary.Kind.OR,
              place.compare(Direction.EQ, end),
              place.compare(Direction.EQ, end.sub(1)));
      return logSum(List.of(Ops.where(isEnd, last, none))).neg();
    }

    /** Where a label may follow the one before without a blank: bool [batch, places]. */
    private static Tensor jumps(Tensor spelled) {
      var before =
          spelled.apply(
              new Pad(List.of(0, 2), List.of(0, -2), List.of(0, 0)), Ops.like(spelled, BLANK));
      return Ops.binary(
          dev.backplane.op.Binary.Kind.AND,
          spelled.compare(Direction.NE, Ops.like(spelled, BLANK)),
          spelled.compare(Direction.NE, before));
    }

    /**
     * Body: what is known so far, the step's emissions, the step, where to jump, the real steps.
     */
    private static Tensor step(Tensors body) {
      var before = body.get(0);
      var stay = before;
      var next = shifted(before, 1);
      var jump = Ops.where(body.get(3), shifted(before, 2), Ops.like(before, NONE));
      var stacked =
          Ops.concatenate(
              2, List.of(Ops.expand(stay, 2), Ops.expand(next, 2), Ops.expand(jump, 2)));
      var after = logSumLast(stacked).add(body.get(1));
      var real = body.get(2).compare(Direction.LT, body.get(4));
      return Ops.where(Ops.expand(real, 1), after, before);
    }

    private static Tensor shifted(Tensor x, int by) {
      return x.apply(new Pad(List.of(0, by), List.of(0, -by), List.of(0, 0)), Ops.like(x, NONE));
    }

    private static Tensor logSum(List<Tensor> one) {
      return logSumLast(one.getFirst());
    }

    private static Tensor logSumLast(Tensor x) {
      var most = dev.backplane.function.Functions.stopGradient(x.max(-1));
      return x.sub(Ops.expand(most, -1)).exp().sum(-1).log().add(most);
    }

    private static int[] dimensions(Tensor x) {
      return x.shape().dimensions().stream().mapToInt(i -> i).toArray();
    }
  }

  private static Literal scores(double seed) {
    return Literal.fill(TensorType.f32(2, STEPS, CLASSES), i -> 1.5 * Math.sin(seed + 2.3 * i));
  }

  private static final Literal LABEL = Literal.of(Shape.of(2, LABELS), 1, 1, 2, 1);
  private static final Literal LABEL_COUNT = Literal.of(Shape.of(2), 2, 1);
  private static final Literal STEP_COUNT = Literal.of(Shape.of(2), 4, 3);

  /** −ln of the probability of a label, over all paths: the definition. */
  private static double definition(Literal scores, int example) {
    int steps = (int) STEP_COUNT.longAt(example);
    var wanted = new ArrayList<Integer>();
    for (int i = 0; i < LABEL_COUNT.longAt(example); i++) {
      wanted.add((int) LABEL.longAt(example * LABELS + i));
    }
    double probability = 0;
    for (int path = 0; path < Math.pow(CLASSES, steps); path++) {
      var spelled = new ArrayList<Integer>();
      double p = 1;
      int before = BLANK;
      int rest = path;
      for (int t = 0; t < steps; t++) {
        int symbol = rest % CLASSES;
        rest /= CLASSES;
        double sum = 0;
        int at = (example * STEPS + t) * CLASSES;
        for (int c = 0; c < CLASSES; c++) {
          sum += Math.exp(scores.doubleAt(at + c));
        }
        p *= Math.exp(scores.doubleAt(at + symbol)) / sum;
        if (symbol != BLANK && symbol != before) {
          spelled.add(symbol);
        }
        before = symbol;
      }
      if (spelled.equals(wanted)) {
        probability += p;
      }
    }
    return -Math.log(probability);
  }

  private static Tensor loss(Tensor scores, Tensors x) {
    var targets = Tensors.of(x.get(1), x.get(2), x.get(3));
    return new Ctc().apply(Tensors.of(scores), new Batch(Tensors.of(scores), targets, scores));
  }

  @Test
  void isTheSumOverAllPaths() {
    try (var backplane = Backplane.start();
        var ctc =
            backplane.compile(
                (Tensors x) -> Tensors.of(loss(x.get(0), x)), Target.of("reference"))) {
      var value = ctc.call(scores(0), LABEL, LABEL_COUNT, STEP_COUNT).getFirst();
      assertEquals(definition(scores(0), 0), value.doubleAt(0), 1e-5);
      assertEquals(definition(scores(0), 1), value.doubleAt(1), 1e-5);
    }
  }

  @Test
  void hasItsGradient() {
    try (var backplane = Backplane.start();
        var ctc =
            backplane.compile(
                (Tensors x) -> valueAndGradient(v -> loss(v, x).sum(), x.get(0)),
                Target.of("reference"))) {
      var gradient = ctc.call(scores(0), LABEL, LABEL_COUNT, STEP_COUNT).get(1);
      for (int i = 0; i < 2 * STEPS * CLASSES; i++) {
        int at = i;
        double step = 1e-4;
        var base = scores(0);
        // The definition takes doubles, so that the difference is exact enough.
        var up =
            Literal.fill(
                base.type().withDType(DType.F64), k -> base.doubleAt(k) + (k == at ? step : 0));
        var down =
            Literal.fill(
                base.type().withDType(DType.F64), k -> base.doubleAt(k) - (k == at ? step : 0));
        int example = i / (STEPS * CLASSES);
        double expected = (definition(up, example) - definition(down, example)) / (2 * step);
        assertEquals(expected, gradient.doubleAt(i), 1e-5, "element " + i);
      }
    }
  }

  private record Scores() implements Layer {
    @Override
    public Tensors apply(Forward f, Tensors inputs) {
      return Tensors.of(f.child("scores", new Linear(CLASSES), inputs.only()));
    }
  }

  @Test
  void trainsAModel() {
    var data = Rows.of(3, scores(1), LABEL, LABEL_COUNT, STEP_COUNT);
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(new Scores(), new Ctc(), new Sgd(0.3))
                .open(data.batch(2), Target.of("reference"))) {
      double before = training.evaluate(data.batch(2)).get("loss");
      for (int i = 0; i < 40; i++) {
        training.step();
      }
      double after = training.evaluate(data.batch(2)).get("loss");
      assertTrue(after < 0.7 * before, before + " → " + after);
    }
  }
}
