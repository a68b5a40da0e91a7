package dev.backplane.layers.attention;

import dev.backplane.layers.core.activation.Relu;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;

/**
 * A block of a Transformer's encoder (Vaswani et al., 2017): attention of the sequence to itself,
 * then two dense layers for each step, each with the input going past and a normalization. x:
 * [batch, steps, units], the same shape back; {@link Forward#mask()} says which steps are real.
 * With {@link #withCausality()} it is the block of a language model.
 *
 * <p>Children: {@code attention}, a {@link MultiHeadAttention}; {@code dense_1} [units, hidden],
 * {@code dense_2} [hidden, units]; {@code normalization_1}, {@code normalization_2}.
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, units].
 * </ul>
 *
 * @param attention how steps look at each other
 * @param hidden the units between the two dense layers
 * @param activation of the first of them
 * @param normalization the normalization
 * @param dropout the share that is dropped of the attention's result, between the dense layers and
 *     of their result
 * @param normalizedFirst whether each part's input is normalized (pre-norm; what comes out is then
 *     not, and wants one more normalization behind the last block), or the sum behind it, as in the
 *     paper
 */
public record TransformerEncoder(
    MultiHeadAttention attention,
    int hidden,
    Activation activation,
    UnaryLayer normalization,
    double dropout,
    boolean normalizedFirst)
    implements UnaryLayer {
  private static final String NAME = "TransformerEncoder";

  /** Checks hidden and dropout. */
  public TransformerEncoder {
    Sequences.atLeastOne(NAME, "hidden", hidden);
    Sequences.share(NAME, "dropout", dropout);
  }

  /** Relu, layer normalization behind each part, no dropout. */
  public TransformerEncoder(int heads, int hidden) {
    this(new MultiHeadAttention(heads), hidden, new Relu(), new LayerNormalization(), 0, false);
  }

  /** The same block, dropping, also weights of the attention. */
  public TransformerEncoder dropout(double dropout) {
    return new TransformerEncoder(
        attention.dropout(dropout), hidden, activation, normalization, dropout, normalizedFirst);
  }

  /** The same block, each step seeing only itself and those before it. */
  public TransformerEncoder withCausality() {
    return new TransformerEncoder(
        attention.withCausality(), hidden, activation, normalization, dropout, normalizedFirst);
  }

  /** The same block with the normalization in front of each part. */
  public TransformerEncoder withNormalizationFirst() {
    return new TransformerEncoder(attention, hidden, activation, normalization, dropout, true);
  }

  /** The same block with another activation. */
  public TransformerEncoder activation(Activation activation) {
    return new TransformerEncoder(
        attention, hidden, activation, normalization, dropout, normalizedFirst);
  }

  /** The same block with another normalization. */
  public TransformerEncoder normalization(UnaryLayer normalization) {
    return new TransformerEncoder(
        attention, hidden, activation, normalization, dropout, normalizedFirst);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sequences.require(NAME, x);
    var parts = new Sublayers(forward, normalization, dropout, normalizedFirst);
    var seen = parts.around("normalization_1", x, at -> forward.child("attention", attention, at));
    return parts.around("normalization_2", seen, at -> parts.feedForward(at, hidden, activation));
  }
}
