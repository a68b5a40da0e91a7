package dev.backplane.recipes.translation;

import dev.backplane.Run;
import dev.backplane.layers.attention.BeamSearch;
import dev.backplane.layers.attention.NextId;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Translates with a trained run: the decoder is given all that has been said so far each time, in
 * rows of the length it was trained with.
 */
final class Translation {
  private static final int BATCH = 64;

  private final Run run;
  private final PairEncoding encoding;
  private final BeamSearch search;

  /**
   * A translation.
   *
   * @param beams how many sentences are kept while the best is sought; 1 takes the likeliest piece
   *     each time
   */
  Translation(Run run, PairEncoding encoding, int beams) {
    this.run = run;
    this.encoding = encoding;
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
    var rows = new ArrayList<int[]>();
    sentences.forEach(sentence -> rows.add(row(encoding, sentence)));
    // Sentences of about the same length end at about the same time.
    var order = new ArrayList<Integer>();
    for (int i = 0; i < rows.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingInt(i -> pieces(rows.get(i))));
    var translations = new String[rows.size()];
    for (int begin = 0; begin < order.size(); begin += BATCH) {
      var batch = order.subList(begin, Math.min(order.size(), begin + BATCH));
      var found = search.decode(new Asked(batch.stream().map(rows::get).toList()), batch.size());
      for (int i = 0; i < batch.size(); i++) {
        translations[batch.get(i)] = encoding.target().decode(found.get(i));
      }
    }
    return List.of(translations);
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

  /** The model, asked for the piece that follows; it is given everything before each time. */
  private final class Asked implements NextId {
    private final Literal sources;
    private final int rows;
    private int[][] said;
    private int position;

    Asked(List<int[]> sentences) {
      rows = sentences.size() * search.beams();
      int length = encoding.source().length();
      var ids = new int[rows * length];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(sentences.get(row / search.beams()), 0, ids, row * length, length);
      }
      sources = Literal.of(Shape.of(rows, length), ids);
      said = new int[rows][length];
    }

    @Override
    public float[][] logits(int[] ids, int[] parents) {
      var next = new int[rows][];
      for (int row = 0; row < rows; row++) {
        next[row] = said[parents[row]].clone();
        next[row][position] = ids[row];
      }
      said = next;
      int length = encoding.source().length();
      var flat = new int[rows * length];
      for (int row = 0; row < rows; row++) {
        System.arraycopy(said[row], 0, flat, row * length, length);
      }
      var all =
          run.predict(List.of(sources, Literal.of(Shape.of(rows, length), flat)))
              .getFirst()
              .toFloats();
      int size = encoding.target().vocabulary().size();
      var logits = new float[rows][size];
      for (int row = 0; row < rows; row++) {
        int from = (row * length + position) * size;
        for (int id = 0; id < size; id++) {
          // The prediction is a probability; its logarithm is a logit that gives it back.
          logits[row][id] = (float) Math.log(all[from + id]);
        }
        logits[row][Vocabulary.PADDING] = Float.NEGATIVE_INFINITY;
      }
      position++;
      return logits;
    }
  }
}
