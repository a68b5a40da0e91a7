package dev.backplane.layers.attention;

import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * x · kernelᵀ: [..., units] → [..., vocabulary], with the table of an embedding (Press and Wolf,
 * 2017). Applied as a child under the embedding's own name it shares its parameter {@code kernel}
 * [vocabulary, units]; see {@link Embedding#logits()}.
 *
 * <ul>
 *   <li>C1: the input is floating, of rank 1 or more.
 * </ul>
 *
 * @param vocabulary the number of ids
 * @param kernel the table's first value, where the embedding has not asked for it before
 */
public record EmbeddingLogits(int vocabulary, Initializer kernel) implements UnaryLayer {
  private static final String NAME = "EmbeddingLogits";

  /** Checks the number. */
  public EmbeddingLogits {
    Sequences.atLeastOne(NAME, "vocabulary", vocabulary);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() == 0 || !x.dtype().isFloating()) {
      throw new ShapeException(NAME + " C1: expected floating [..., units], found " + x.type());
    }
    var table = forward.parameter("kernel", Shape.of(vocabulary, x.shape().last()), kernel);
    return x.apply(
        new Dot(
            List.of(),
            List.of(),
            List.of(x.shape().rank() - 1),
            List.of(1),
            x.dtype(),
            Precision.FULL),
        table);
  }
}
