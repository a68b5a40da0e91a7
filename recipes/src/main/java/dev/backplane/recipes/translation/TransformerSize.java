package dev.backplane.recipes.translation;

import dev.backplane.layers.attention.Transformer;
import dev.backplane.recipes.format.MalformedDataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How large a run's Transformer is: kept in the run folder, for decoding goes through its parts one
 * by one.
 *
 * @param embedding units of a piece
 * @param heads of each attention
 * @param hidden units of each feed-forward layer
 * @param blocks of the encoder, and of the decoder
 */
record TransformerSize(int embedding, int heads, int hidden, int blocks) {
  private static final String FILE = "transformer.txt";
  private static final List<String> WORDS = List.of("embedding", "heads", "hidden", "blocks");

  /** What {@link #read} reads. */
  Map<String, String> files() {
    return Map.of(
        FILE,
        "embedding %d\nheads %d\nhidden %d\nblocks %d\n"
            .formatted(embedding, heads, hidden, blocks));
  }

  /**
   * The size of a run's model.
   *
   * @throws MalformedDataException if its files do not tell
   */
  static TransformerSize read(Map<String, String> files) {
    var lines = files.getOrDefault(FILE, "").lines().toList();
    var numbers = new ArrayList<Integer>();
    for (int i = 0; i < WORDS.size() && lines.size() == WORDS.size(); i++) {
      if (lines.get(i).matches(WORDS.get(i) + " [1-9][0-9]{0,7}")) {
        numbers.add(Integer.valueOf(lines.get(i).substring(WORDS.get(i).length() + 1)));
      }
    }
    if (numbers.size() != WORDS.size()) {
      throw new MalformedDataException(
          FILE, "a line with a number for each of " + WORDS, lines.isEmpty() ? "none" : "" + lines);
    }
    return new TransformerSize(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
  }

  /** The model, which drops nothing. */
  Transformer model(PairEncoding encoding) {
    return new Transformer(
        encoding.source().vocabulary().size(),
        encoding.target().vocabulary().size(),
        embedding,
        heads,
        hidden,
        blocks);
  }
}
