package dev.backplane.layers.audio.ctc;

import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;

/**
 * Connectionist temporal classification (Graves et al., 2006): -ln of the probability of all
 * alignments of an example's labels with its frames, as PyTorch's {@code CTCLoss} with {@code
 * reduction="none"} on {@code log_softmax} of the outputs. Outputs: logits [batch, frames,
 * classes]. Targets: labels [batch, most labels], none of them the blank; how many of them count
 * [batch]; and, where not all frames do, how many frames [batch]. All integers. Predictions are
 * probabilities; {@link CtcDecoder} makes labels of them.
 *
 * <p>An example whose labels do not fit into its frames (fewer frames than labels and blanks
 * between repeated ones) has infinite loss. One with labels that are no classes or blanks, or with
 * lengths beyond what there is, has the loss NaN, which ends a training.
 *
 * <ul>
 *   <li>L1: the outputs are floating [batch, frames, classes], the targets as above, with room for
 *       at least one label.
 *   <li>L2: the blank is one of the classes.
 * </ul>
 *
 * @param blank the class that stands for no label
 * @param zeroInfinity whether an infinite loss counts as 0, with a gradient of 0
 */
public record CtcLoss(int blank, boolean zeroInfinity) implements Loss {
  /** Checks the blank. */
  public CtcLoss {
    if (blank < 0) {
      throw new IllegalArgumentException("CtcLoss blank: expected 0 or more, found " + blank);
    }
  }

  /** Class 0 is the blank; infinite losses stay infinite. */
  public CtcLoss() {
    this(0, false);
  }

  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var targets = Targets.of("CtcLoss", blank, outputs.only(), batch.targets());
    return outputs
        .only()
        .scope()
        .apply(
            new CtcOp(blank, zeroInfinity),
            outputs.only().with(targets.labels, targets.lengths, targets.frames))
        .getFirst();
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return outputs.map(new Softmax()::apply);
  }

  /**
   * The target fields, checked.
   *
   * @param labels i32 [batch, most labels]
   * @param lengths i32 [batch]
   * @param frames i32 [batch]
   */
  record Targets(Tensor labels, Tensor lengths, Tensor frames) {
    /**
     * Checks outputs and targets.
     *
     * @throws ShapeException L1, L2
     */
    static Targets of(String name, int blank, Tensor logits, Tensors targets) {
      if (logits.shape().rank() != 3 || !logits.dtype().isFloating()) {
        throw new ShapeException(
            name + " L1: expected outputs [batch, frames, classes], found " + logits.type());
      }
      int batch = logits.shape().dimension(0);
      var one = Shape.of(batch);
      boolean fits =
          (targets.size() == 2 || targets.size() == 3)
              && targets.types().stream().allMatch(type -> type.dtype().isInteger())
              && targets.get(0).shape().rank() == 2
              && targets.get(0).shape().dimension(0) == batch
              && targets.get(0).shape().dimension(1) > 0
              && targets.types().stream().skip(1).allMatch(type -> type.shape().equals(one));
      if (!fits) {
        throw new ShapeException(
            "%s L1: outputs %s need integer targets [%d, most labels], [%d] and perhaps [%d] frames, found %s"
                .formatted(name, logits.type(), batch, batch, batch, targets.types()));
      }
      if (blank >= logits.shape().last()) {
        throw new ShapeException(
            name + " L2: blank " + blank + " is no class of outputs " + logits.type());
      }
      var all =
          Ops.fill(logits.scope(), new TensorType(DType.I32, one), logits.shape().dimension(1));
      return new Targets(
          targets.get(0).cast(DType.I32),
          targets.get(1).cast(DType.I32),
          targets.size() == 3 ? targets.get(2).cast(DType.I32) : all);
    }
  }
}
