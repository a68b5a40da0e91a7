package dev.backplane.recipes.translation;

import dev.backplane.Run;
import dev.backplane.layers.attention.BeamSearch;
import dev.backplane.layers.attention.CachedDecoding;
import dev.backplane.layers.attention.Transformer;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Translates with a trained run: each sentence is encoded once, and each piece costs one step. */
final class Translation {
  private static final int BATCH = 64;

  private final Run run;
  private final PairEncoding encoding;
  private final Transformer model;
  private final BeamSearch search;

  /**
   * A translation.
   *
   * @param beams how many sentences are kept while the best is sought; 1 takes the likeliest piece
   *     each time
   */
  Translation(Run run, PairEncoding encoding, Transformer model, int beams) {
    this.run = run;
    this.encoding = encoding;
    this.model = model;
    var vocabulary = encoding.target().vocabulary();
    this.search =
        new BeamSearch(
            vocabulary.require(Vocabulary.START_TOKEN),
            vocabulary.require(Vocabulary.END_TOKEN),
            encoding.source().length(),
            beams,
            beams == 1 ? 0 : 0.6);
  }

  /**
   * The translations of sentences.
   *
   * @throws MalformedDataException if a sentence is empty or has more pieces than the model takes
   */
  List<String> translate(List<String> sentences) {
    var rows = sentences.stream().map(sentence -> row(encoding, sentence)).toList();
    // Sentences of about the same length need rows of one length and end at about the same time.
    var order =
        IntStream.range(0, rows.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> pieces(rows.get(i))))
            .toList();
    var translations = new String[rows.size()];
    try (var decoding = new CachedDecoding(run, model, search)) {
      for (int begin = 0; begin < order.size(); begin += BATCH) {
        var batch = order.subList(begin, Math.min(order.size(), begin + BATCH));
        // The last batch is filled up with its last sentence: one more size would be compiled.
        int count = Math.min(BATCH, order.size());
        var found = decoding.decode(sources(batch.stream().map(rows::get).toList(), count));
        for (int i = 0; i < batch.size(); i++) {
          translations[batch.get(i)] = encoding.target().decode(found.get(i));
        }
      }
    }
    return List.of(translations);
  }

  /** Rows cut to the shortest length that holds them all. */
  private Literal sources(List<int[]> rows, int count) {
    int longest = rows.stream().mapToInt(Translation::pieces).max().orElseThrow();
    int length = encoding.lengths().stream().filter(l -> l >= longest).findFirst().orElseThrow();
    var ids = new int[count * length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(rows.get(Math.min(i, rows.size() - 1)), 0, ids, i * length, length);
    }
    return Literal.of(Shape.of(count, length), ids);
  }

  /** A sentence as the model's inputs, of which nothing is translated yet. */
  static List<Literal> inputs(PairEncoding encoding, String sentence) {
    var said = new int[encoding.source().length()];
    said[0] = encoding.target().vocabulary().require(Vocabulary.START_TOKEN);
    var row = row(encoding, sentence);
    return List.of(Literal.of(Shape.of(row.length), row), Literal.of(Shape.of(said.length), said));
  }

  private static int[] row(PairEncoding encoding, String sentence) {
    int found = encoding.source().ids(sentence).length;
    if (found == 0) {
      throw new MalformedDataException(TranslateTransformer.NAME, "a sentence", "\"\"");
    }
    if (found > encoding.source().length()) {
      throw new MalformedDataException(
          TranslateTransformer.NAME,
          "a sentence of at most " + encoding.source().length() + " pieces of words",
          found + " in \"" + sentence + "\"");
    }
    return encoding.source().encode(sentence);
  }

  private static int pieces(int[] row) {
    return (int) Arrays.stream(row).filter(id -> id != Vocabulary.PADDING).count();
  }
}
