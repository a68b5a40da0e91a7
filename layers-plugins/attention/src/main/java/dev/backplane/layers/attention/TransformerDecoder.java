package dev.backplane.layers.attention;

import dev.backplane.layers.core.activation.Relu;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A block of a Transformer's decoder (Vaswani et al., 2017): causal attention of the sequence to
 * itself, attention to what the encoder gave, then two dense layers for each step, each with the
 * input going past and a normalization. Inputs: x [batch, steps, units], the memory [batch, keys,
 * …] and, where some of its steps are padding, which are real: bool [batch, keys]. Result: [batch,
 * steps, units]. {@link Forward#mask()} says which steps of x are real.
 *
 * <p>Children: {@code attention} and {@code cross_attention}, each a {@link MultiHeadAttention};
 * {@code dense_1} [units, hidden], {@code dense_2} [hidden, units]; {@code normalization_1} to
 * {@code normalization_3}.
 *
 * <ul>
 *   <li>C1: there are two or three inputs, the first floating [batch, steps, units].
 * </ul>
 *
 * @param attention how steps look at each other; must be causal
 * @param crossAttention how they look at the memory; must not be causal
 * @param hidden the units between the two dense layers
 * @param activation of the first of them
 * @param normalization the normalization
 * @param dropout the share that is dropped of what each attention gives, between the dense layers
 *     and of their result
 * @param normalizedFirst as in {@link TransformerEncoder}
 */
public record TransformerDecoder(
    MultiHeadAttention attention,
    MultiHeadAttention crossAttention,
    int hidden,
    Activation activation,
    UnaryLayer normalization,
    double dropout,
    boolean normalizedFirst)
    implements Layer {
  private static final String NAME = "TransformerDecoder";

  /** Checks attentions, hidden and dropout. */
  public TransformerDecoder {
    if (!attention.causal() || crossAttention.causal()) {
      throw new IllegalArgumentException(
          NAME
              + " attention: expected a causal one, and crossAttention one that is not; found "
              + attention
              + " and "
              + crossAttention);
    }
    Sequences.atLeastOne(NAME, "hidden", hidden);
    Sequences.share(NAME, "dropout", dropout);
  }

  /** Relu, layer normalization behind each part, no dropout. */
  public TransformerDecoder(int heads, int hidden) {
    this(
        new MultiHeadAttention(heads).withCausality(),
        new MultiHeadAttention(heads),
        hidden,
        new Relu(),
        new LayerNormalization(),
        0,
        false);
  }

  /** The same block, dropping, also weights of the attentions. */
  public TransformerDecoder dropout(double dropout) {
    return new TransformerDecoder(
        attention.dropout(dropout),
        crossAttention.dropout(dropout),
        hidden,
        activation,
        normalization,
        dropout,
        normalizedFirst);
  }

  /** The same block with the normalization in front of each part. */
  public TransformerDecoder withNormalizationFirst() {
    return new TransformerDecoder(
        attention, crossAttention, hidden, activation, normalization, dropout, true);
  }

  /** The same block with another activation. */
  public TransformerDecoder activation(Activation activation) {
    return new TransformerDecoder(
        attention, crossAttention, hidden, activation, normalization, dropout, normalizedFirst);
  }

  /** The same block with another normalization. */
  public TransformerDecoder normalization(UnaryLayer normalization) {
    return new TransformerDecoder(
        attention, crossAttention, hidden, activation, normalization, dropout, normalizedFirst);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    if (inputs.size() < 2 || inputs.size() > 3) {
      throw new ShapeException(
          NAME + " C1: expected x, memory and maybe its mask, found " + inputs.types());
    }
    Sequences.require(NAME, inputs.get(0));
    var parts = new Sublayers(forward, normalization, dropout, normalizedFirst);
    var seen =
        parts.around(
            "normalization_1", inputs.get(0), at -> forward.child("attention", attention, at));
    var memory = inputs.list().subList(1, inputs.size());
    return Tensors.of(
        rest(
            parts,
            seen,
            at -> {
              var all = new Tensors(at.with(memory.toArray(Tensor[]::new)));
              return forward.child("cross_attention", crossAttention, all).only();
            }));
  }

  /** What follows the attention to itself; {@code look} is the attention to the memory. */
  private Tensor rest(Sublayers parts, Tensor x, UnaryOperator<Tensor> look) {
    var looked = parts.around("normalization_2", x, look);
    return parts.around("normalization_3", looked, at -> parts.feedForward(at, hidden, activation));
  }

  /** Keys and values of the memory, for {@link #step}. */
  Tensors remember(Forward forward, int units, Tensor memory) {
    return forward.child(
        "cross_attention",
        (cross, inputs) -> crossAttention.remember(cross, units, inputs.only()),
        Tensors.of(memory));
  }

  /**
   * One step of the sequence.
   *
   * @param x [batch, 1, units]
   * @param before keys and values of the steps before
   * @param position of the step, an i32 scalar
   * @param memory keys and values of the memory
   * @param mask which steps of the memory are real
   * @return what the step gives, then the keys and values with its own
   */
  Tensors step(
      Forward forward,
      Tensor x,
      Tensors before,
      Tensor position,
      Tensors memory,
      Optional<Tensor> mask) {
    var parts = new Sublayers(forward, normalization, dropout, normalizedFirst);
    var kept = new ArrayList<Tensor>();
    var seen =
        parts.around(
            "normalization_1",
            x,
            at -> {
              Layer step = (f, in) -> attention.step(f, in.only(), before, position);
              var given = forward.child("attention", step, Tensors.of(at));
              kept.addAll(given.list().subList(1, 3));
              return given.get(0);
            });
    Layer cross = (f, in) -> Tensors.of(crossAttention.look(f, in.only(), memory, mask));
    kept.addFirst(rest(parts, seen, at -> forward.child("cross_attention", cross, at)));
    return new Tensors(kept);
  }
}
