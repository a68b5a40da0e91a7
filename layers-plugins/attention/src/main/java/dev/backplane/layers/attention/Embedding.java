package dev.backplane.layers.attention;

import dev.backplane.layers.core.initializer.Normal;
import dev.backplane.layers.core.initializer.Uniform;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.nn.ValueBounds;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.Optional;

/**
 * A row of a table for each id: integer ids [batch, …] → [batch, …, units]. Parameter: {@code
 * kernel} [vocabulary, units]. Ids that are an input of the model must be ids of the table ({@link
 * Forward#bound}); of others, one outside of it takes the nearest row ({@code Gather} clamps).
 *
 * <p>Where id 0 is padding, ids [batch, steps] set {@link Forward#mask()} for the layers behind;
 * the row of the padding is one like all others, as in Keras.
 *
 * <ul>
 *   <li>C1: the ids are integers.
 * </ul>
 *
 * @param vocabulary the number of ids, those of padding and unknown words included
 * @param units the length of a row
 * @param padded whether id 0 is padding
 * @param scaled whether rows are multiplied by √units, as in front of a Transformer (Vaswani et
 *     al., 2017)
 * @param kernel the table's first value
 */
public record Embedding(
    int vocabulary, int units, boolean padded, boolean scaled, Initializer kernel)
    implements UnaryLayer {
  private static final String NAME = "Embedding";

  /** Checks the numbers. */
  public Embedding {
    Sequences.atLeastOne(NAME, "vocabulary", vocabulary);
    Sequences.atLeastOne(NAME, "units", units);
  }

  /** No padding, not scaled, first values uniform in ±0.05. */
  public Embedding(int vocabulary, int units) {
    this(vocabulary, units, false, false, new Uniform(0.05));
  }

  /** The same layer with id 0 as padding. */
  public Embedding withPadding() {
    return new Embedding(vocabulary, units, true, scaled, kernel);
  }

  /** The same layer, its rows multiplied by √units; first values of variance 1 / units. */
  public Embedding withScale() {
    return new Embedding(vocabulary, units, padded, true, new Normal(1 / Math.sqrt(units)));
  }

  /** The same layer with another first value of its table. */
  public Embedding kernel(Initializer kernel) {
    return new Embedding(vocabulary, units, padded, scaled, kernel);
  }

  /**
   * The layer that turns [..., units] into logits [..., vocabulary] by this layer's table: applied
   * under this layer's name it shares the parameter.
   */
  public EmbeddingLogits logits() {
    return new EmbeddingLogits(vocabulary, kernel);
  }

  @Override
  public Tensor apply(Forward forward, Tensor ids) {
    if (!ids.dtype().isInteger()) {
      throw new ShapeException(NAME + " C1: expected integer ids, found " + ids.type());
    }
    forward.bound(ids, ValueBounds.indices(vocabulary));
    var table = forward.parameter("kernel", Shape.of(vocabulary, units), kernel);
    if (padded && ids.shape().rank() == 2) {
      forward.mask(Optional.of(Sequences.real(ids)));
    }
    var rows = Ops.rows(table, ids);
    return scaled ? rows.mul(Math.sqrt(units)) : rows;
  }
}
