package dev.backplane.recipes.text;

import dev.backplane.data.Dataset;
import dev.backplane.data.Feature;
import dev.backplane.layers.text.TextEncoder;
import dev.backplane.layers.text.TextEncoder.Overlong;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.layers.text.WordTokenizer;
import dev.backplane.recipes.cache.Sha256;
import dev.backplane.recipes.format.Columns;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How texts become rows of ids in one run. It is written into the run folder, so that {@code
 * predict} and {@code evaluate} number words as the training did.
 *
 * @param encoder words, lower case, without punctuation
 */
record TextEncoding(TextEncoder encoder) {
  /** The value of the setting {@code overlong} that cuts. */
  static final String CUT = "cut";

  private static final String VOCABULARY_FILE = "vocabulary.txt";
  private static final String ENCODING_FILE = "encoding.txt";
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * A new encoding, by the words of a corpus' training part.
   *
   * @param vocabulary ids in all
   * @param length ids in a row
   * @param overlong {@link #CUT}, else texts that are too long are refused
   */
  static TextEncoding make(Corpus corpus, int vocabulary, int length, String overlong) {
    var tokenizer = new WordTokenizer();
    Stream<List<String>> texts = corpus.train().stream().map(text -> tokenizer.tokens(text.text()));
    return of(Vocabulary.count(texts, vocabulary, 1, List.of()), length, overlong);
  }

  private static TextEncoding of(Vocabulary vocabulary, int length, String overlong) {
    return new TextEncoding(
        new TextEncoder(
            new WordTokenizer(),
            vocabulary,
            length,
            overlong.equals(CUT) ? Overlong.CUT_END : Overlong.REFUSE,
            false));
  }

  /**
   * The encoding of a run.
   *
   * @param files the run's own files
   * @throws MalformedDataException if there are none, or the vocabulary is not the one the weights
   *     were trained with
   */
  static TextEncoding read(Map<String, String> files) {
    var vocabulary = Vocabulary.parse(VOCABULARY_FILE, file(files, VOCABULARY_FILE));
    var found = of(vocabulary, 1, CUT).vocabularyLine();
    var lines = file(files, ENCODING_FILE).lines().toList();
    if (lines.size() != 3
        || !lines.get(0).matches("length [1-9][0-9]{0,5}")
        || !lines.get(1).matches("overlong [a-z]+")) {
      throw new MalformedDataException(
          ENCODING_FILE, "the lines \"length N\", \"overlong …\" and \"vocabulary …\"", "" + lines);
    }
    if (!lines.get(2).equals(found)) {
      throw new MalformedDataException(
          VOCABULARY_FILE, "that of the weights: " + lines.get(2), found);
    }
    return of(
        vocabulary,
        Integer.parseInt(lines.get(0).substring("length ".length())),
        lines.get(1).substring("overlong ".length()));
  }

  private static String file(Map<String, String> files, String name) {
    var text = files.get(name);
    if (text == null) {
      throw new MalformedDataException(
          "run folder", "the file " + name + ", which holds how words are numbered", "none");
    }
    return text;
  }

  /** What {@link #read} reads. */
  Map<String, String> files() {
    var overlong = encoder.overlong() == Overlong.REFUSE ? "refuse" : CUT;
    return Map.of(
        VOCABULARY_FILE,
        encoder.vocabulary().text(),
        ENCODING_FILE,
        "length " + encoder.length() + "\noverlong " + overlong + "\n" + vocabularyLine() + "\n");
  }

  private String vocabularyLine() {
    var vocabulary = encoder.vocabulary();
    return "vocabulary of %d tokens, sha256 %s"
        .formatted(vocabulary.size(), Sha256.of(vocabulary.text()));
  }

  /** The corpus as rows of ids and labels. */
  Dataset dataset(Corpus corpus) {
    return new Dataset(
        corpus.name(),
        columns(corpus.name(), corpus.train()),
        columns(corpus.name(), corpus.test()),
        corpus.classes());
  }

  private Columns columns(String where, List<LabelledText> texts) {
    int length = encoder.length();
    var ids = MemorySegment.ofArray(new byte[Math.multiplyExact(texts.size() * 4, length)]);
    var labels = new byte[texts.size()];
    for (int i = 0; i < texts.size(); i++) {
      var row = row(where, texts.get(i).text());
      MemorySegment.copy(row, 0, ids, INT, 4L * i * length, length);
      labels[i] = (byte) texts.get(i).label();
    }
    return new Columns(
        texts.size(),
        List.of(Feature.of("tokens", TensorType.of(DType.I32, length))),
        List.of(new Feature("class", TensorType.of(DType.U8), DType.I32, 1, 0)),
        List.of(ids, MemorySegment.ofArray(labels)));
  }

  private int[] row(String where, String text) {
    try {
      return encoder.encode(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(
          where,
          "texts of at most " + encoder.length() + " words (--set length, --set overlong=cut)",
          encoder.ids(text).length + " words",
          e);
    }
  }

  /**
   * A user's sentence as a row.
   *
   * @throws MalformedDataException if it is empty, too long where that is refused, or no word of it
   *     is known
   */
  Literal literal(String recipe, String sentence) {
    var row = row(recipe, sentence);
    if (row[0] == Vocabulary.PADDING) {
      throw new MalformedDataException(recipe, "a sentence", "\"" + sentence + "\"");
    }
    if (Arrays.stream(row).allMatch(id -> id <= Vocabulary.UNKNOWN)) {
      throw new MalformedDataException(
          recipe,
          "a sentence with a word of the vocabulary of " + encoder.vocabulary().size(),
          "\"" + sentence + "\", of which no word was in the training examples");
    }
    return Literal.of(Shape.of(row.length), row);
  }
}
