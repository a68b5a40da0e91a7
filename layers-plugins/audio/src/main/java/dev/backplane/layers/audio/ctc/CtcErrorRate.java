package dev.backplane.layers.audio.ctc;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Pad;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * The character error rate of greedy decoding: labels inserted, left out or exchanged (Levenshtein,
 * 1966), over the number of true labels, both weighted by the examples' weights and summed over the
 * epoch. Outputs and targets as for {@link CtcLoss}. Kept in f32 sums, exact up to 2^24 labels.
 *
 * @param blank the class that stands for no label
 */
public record CtcErrorRate(int blank) implements Metric {
  /** Farther than any two texts are. */
  private static final double FAR = 1e6;

  /** Checks the blank. */
  public CtcErrorRate {
    if (blank < 0) {
      throw new IllegalArgumentException("CtcErrorRate blank: expected 0 or more, found " + blank);
    }
  }

  /** Class 0 is the blank. */
  public CtcErrorRate() {
    this(0);
  }

  @Override
  public String name() {
    return "cer";
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var logits = outputs.only();
    var targets = CtcLoss.Targets.of("CtcErrorRate", blank, logits, batch.targets());
    var lengths = targets.lengths().cast(DType.F32);
    var edits = distances(said(logits, targets.frames()), targets.labels(), targets.lengths());
    return Tensors.of(
        state.get(0).add(edits.mul(batch.weights()).sum()),
        state.get(1).add(lengths.mul(batch.weights()).sum()));
  }

  /** The label that begins with each frame, or the blank: i32 [T, batch]. */
  private Tensor said(Tensor logits, Tensor frames) {
    var best = logits.argMax(-1).transpose();
    var before =
        best.apply(new Pad(List.of(1, 0), List.of(-1, 0), List.of(0, 0)), Ops.like(best, blank));
    var step = Ops.iota(best.scope(), best.type(), 0);
    var begins =
        Ops.binary(
            Binary.Kind.AND,
            best.compare(Compare.Direction.NE, before),
            step.compare(Compare.Direction.LT, frames));
    return Ops.where(begins, best, Ops.like(best, blank));
  }

  /** One row of the table of distances per label said; f32 [batch]. */
  private Tensor distances(Tensor said, Tensor labels, Tensor lengths) {
    var scope = labels.scope();
    int batch = labels.shape().dimension(0);
    int columns = labels.shape().dimension(1) + 1;
    var square = new TensorType(DType.F32, Shape.of(columns, columns));
    var missing = Ops.iota(scope, square, 0).sub(Ops.iota(scope, square, 1));
    var costs =
        Ops.where(
            missing.compare(Compare.Direction.GE, Ops.like(missing, 0)),
            missing,
            Ops.like(missing, FAR));
    var row = new TensorType(DType.F32, Shape.of(batch, columns));
    var place = Ops.iota(scope, row, 1);
    var last =
        Ops.scan(
                Tensors.of(place),
                Tensors.of(said),
                Tensors.of(labels, costs),
                false,
                body -> Tensors.of(next(body.get(0), body.get(1), body.get(2), body.get(3))))
            .get(0);
    var wanted = place.compare(Compare.Direction.EQ, Ops.expand(lengths.cast(DType.F32), 1));
    return Ops.where(wanted, last, Ops.like(last, 0)).sum(1);
  }

  /**
   * The next row [batch, columns] of the table.
   *
   * @param said i32 [batch]; the row stays where it is the blank
   * @param labels i32 [batch, columns - 1]
   * @param costs f32 [columns, columns]: of leaving out the labels between two columns
   */
  private Tensor next(Tensor row, Tensor said, Tensor labels, Tensor costs) {
    var wrong = labels.compare(Compare.Direction.NE, Ops.expand(said, 1)).cast(DType.F32);
    int columns = row.shape().dimension(1);
    var exchanged = row.slice(1, 0, columns - 1).add(wrong);
    var aligned =
        exchanged.apply(new Pad(List.of(0, 1), List.of(0, 0), List.of(0, 0)), Ops.like(row, FAR));
    var best = row.add(1).minimum(aligned);
    var reached = Ops.reduce(Combiner.MINIMUM, Ops.expand(best, 1).add(costs), 2);
    var nothing = said.compare(Compare.Direction.EQ, Ops.like(said, blank));
    return Ops.where(Ops.expand(nothing, 1), row, reached);
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
