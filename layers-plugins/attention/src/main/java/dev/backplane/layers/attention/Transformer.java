package dev.backplane.layers.attention;

import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A whole Transformer from sequence to sequence (Vaswani et al., 2017). Inputs: ids of the source
 * [batch, steps] and of the target so far [batch, steps'], which begins with the id that says so;
 * result: logits of the target's next id [batch, steps', vocabulary]. {@link CachedDecoding} goes
 * on from there one id at a time.
 *
 * <p>Children: {@code source} and {@code target}, the embeddings; {@code source_positions} and
 * {@code target_positions}; {@code encoder_1} … and {@code decoder_1} …; where the blocks normalize
 * first, {@code encoder_normalization} and {@code decoder_normalization} behind the last; {@code
 * logits}, a {@link Dense} that begins uniform in ±1/√units, unless the target's embedding serves
 * for it.
 *
 * <ul>
 *   <li>C1: there are two inputs, integers [batch, steps] of one batch.
 * </ul>
 *
 * @param source the embedding of the source; of padded ids, for attention to leave them out
 * @param target the embedding of the target, with as many units
 * @param positions what is added to both
 * @param encoder a block of the encoder
 * @param decoder a block of the decoder
 * @param blocks how many of each there are
 * @param dropout the share that is dropped of the sum of embedding and positions
 * @param tied whether the target's embedding makes the logits
 */
public record Transformer(
    Embedding source,
    Embedding target,
    Positions positions,
    TransformerEncoder encoder,
    TransformerDecoder decoder,
    int blocks,
    double dropout,
    boolean tied)
    implements Layer {
  private static final String NAME = "Transformer";

  /** Checks blocks, dropout and that both embeddings have as many units. */
  public Transformer {
    Sequences.atLeastOne(NAME, "blocks", blocks);
    Sequences.share(NAME, "dropout", dropout);
    if (source.units() != target.units()) {
      throw new IllegalArgumentException(
          NAME
              + " target: expected the source's "
              + source.units()
              + " units, found "
              + target.units());
    }
  }

  /**
   * Padded and scaled embeddings, sinusoidal positions, relu, normalization behind each part, no
   * dropout, logits of their own.
   */
  public Transformer(
      int sourceVocabulary, int targetVocabulary, int units, int heads, int hidden, int blocks) {
    this(
        new Embedding(sourceVocabulary, units).withPadding().withScale(),
        new Embedding(targetVocabulary, units).withPadding().withScale(),
        new SinusoidalPositions(),
        new TransformerEncoder(heads, hidden),
        new TransformerDecoder(heads, hidden),
        blocks,
        0,
        false);
  }

  /** The same model, dropping everywhere. */
  public Transformer dropout(double dropout) {
    return new Transformer(
        source,
        target,
        positions,
        encoder.dropout(dropout),
        decoder.dropout(dropout),
        blocks,
        dropout,
        tied);
  }

  /** The same model with the target's embedding for its logits. */
  public Transformer withTiedLogits() {
    return new Transformer(source, target, positions, encoder, decoder, blocks, dropout, true);
  }

  /** The same model with the normalization in front of each part, and behind the last block. */
  public Transformer withNormalizationFirst() {
    return new Transformer(
        source,
        target,
        positions,
        encoder.withNormalizationFirst(),
        decoder.withNormalizationFirst(),
        blocks,
        dropout,
        tied);
  }

  /** The same model with other positions. */
  public Transformer positions(Positions positions) {
    return new Transformer(source, target, positions, encoder, decoder, blocks, dropout, tied);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    if (inputs.size() != 2
        || inputs.list().stream().anyMatch(ids -> ids.shape().rank() != 2)
        || inputs.get(0).shape().dimension(0) != inputs.get(1).shape().dimension(0)) {
      throw new ShapeException(
          NAME
              + " C1: expected ids of source and target, [batch, steps] each, found "
              + inputs.types());
    }
    var memory = encode(forward, inputs.get(0));
    var mask = forward.mask();
    forward.mask(Optional.empty());
    var x = entered(forward, "target", target, inputs.get(1));
    var around = new ArrayList<>(List.of(memory));
    mask.ifPresent(around::add);
    for (int i = 1; i <= blocks; i++) {
      var block = new Tensors(x.with(around.toArray(Tensor[]::new)));
      x = forward.child("decoder_" + i, decoder, block).only();
    }
    var logits = logits(forward, x);
    forward.mask(Optional.empty());
    return Tensors.of(logits);
  }

  /** The memory of a source [batch, steps]; the pass's mask says which of its steps are real. */
  Tensor encode(Forward forward, Tensor ids) {
    var x = entered(forward, "source", source, ids);
    for (int i = 1; i <= blocks; i++) {
      x = forward.child("encoder_" + i, encoder, x);
    }
    return finished(forward, "encoder", encoder.normalizedFirst(), encoder.normalization(), x);
  }

  /** Keys and values of the memory for each block of the decoder. */
  List<Tensors> remember(Forward forward, Tensor memory) {
    var remembered = new ArrayList<Tensors>();
    for (int i = 1; i <= blocks; i++) {
      Layer block = (f, in) -> decoder.remember(f, target.units(), in.only());
      remembered.add(forward.child("decoder_" + i, block, Tensors.of(memory)));
    }
    return remembered;
  }

  /**
   * One step of the decoder.
   *
   * @param ids i32 [batch], those of the step
   * @param position of the step, an i32 scalar
   * @param before keys and values of the steps before, for each block
   * @param memory keys and values of the memory, for each block
   * @param mask which steps of the memory are real
   * @return logits [batch, vocabulary], then keys and values with those of the step, block by block
   */
  Tensors step(
      Forward forward,
      Tensor ids,
      Tensor position,
      List<Tensors> before,
      List<Tensors> memory,
      Optional<Tensor> mask) {
    int longest = before.getFirst().get(0).shape().dimension(2);
    Layer row =
        (f, in) ->
            Tensors.of(Positions.row(positions.table(f, longest, target.units()), in.only()));
    var embedded = forward.child("target", target, Ops.expand(ids, 1));
    var x = embedded.add(forward.child("target_positions", row, Tensors.of(position)).only());
    var given = new ArrayList<Tensor>();
    for (int i = 0; i < blocks; i++) {
      var own = before.get(i);
      var remembered = memory.get(i);
      Layer block = (f, in) -> decoder.step(f, in.only(), own, position, remembered, mask);
      var stepped = forward.child("decoder_" + (i + 1), block, Tensors.of(x));
      x = stepped.get(0);
      given.addAll(stepped.list().subList(1, 3));
    }
    var all = logits(forward, x);
    given.addFirst(all.reshape(all.shape().dimension(0), all.shape().last()));
    return new Tensors(given);
  }

  private Tensor entered(Forward forward, String name, Embedding embedding, Tensor ids) {
    var x = forward.child(name, embedding, ids);
    var placed = forward.child(name + "_positions", positions, x);
    return new Dropout(dropout).apply(forward, placed);
  }

  private Tensor logits(Forward forward, Tensor x) {
    var last = finished(forward, "decoder", decoder.normalizedFirst(), decoder.normalization(), x);
    return tied
        ? forward.child("target", target.logits(), last)
        : forward.child("logits", logits(target.vocabulary()), last);
  }

  /** First values by fan-in: by fan-out too they would shrink with the vocabulary. */
  private static Dense logits(int vocabulary) {
    return new Dense(vocabulary, new Linear(), true, new FanInUniform(), new None());
  }

  private static Tensor finished(
      Forward forward, String name, boolean first, UnaryLayer normalization, Tensor x) {
    return first ? forward.child(name + "_normalization", normalization, x) : x;
  }
}
