package dev.backplane.recipes.translation;

import dev.backplane.data.Dataset;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.text.BytePairEncoding;
import dev.backplane.layers.text.TextEncoder;
import dev.backplane.layers.text.TextEncoder.Overlong;
import dev.backplane.layers.text.Vocabulary;
import dev.backplane.recipes.cache.Sha256;
import dev.backplane.recipes.format.Columns;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How pairs become rows of ids in one run: byte pairs of each language, learnt from the training
 * part. It is written into the run folder, so that {@code predict} and {@code evaluate} number
 * pieces as the training did.
 *
 * @param language the language of the targets
 * @param source makes rows of English
 * @param target makes rows of the other language, with a begin and an end: one id longer than the
 *     decoder's
 */
record PairEncoding(Language language, TextEncoder source, TextEncoder target) {
  private static final String SETTINGS_FILE = "translation.txt";
  private static final List<String> FRAME = List.of(Vocabulary.START_TOKEN, Vocabulary.END_TOKEN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * Learns both languages' pieces from the training part.
   *
   * @param merges byte pairs of each language
   * @param length ids of a source, and of a target with its begin
   */
  static PairEncoding make(PairCorpus corpus, Language language, int merges, int length) {
    return new PairEncoding(
        language,
        encoder(corpus, Pair::source, merges, length, List.of()),
        encoder(corpus, Pair::target, merges, length + 1, FRAME));
  }

  private static TextEncoder encoder(
      PairCorpus corpus, Function<Pair, String> side, int merges, int length, List<String> first) {
    var pieces = BytePairEncoding.train(corpus.train().stream().map(side), merges);
    var texts = corpus.train().stream().map(pair -> pieces.tokens(side.apply(pair)));
    var vocabulary = Vocabulary.count(texts, Integer.MAX_VALUE, 2, first);
    return new TextEncoder(pieces, vocabulary, length, Overlong.REFUSE, !first.isEmpty());
  }

  /**
   * The encoding of a run.
   *
   * @param files the run's own files
   * @throws MalformedDataException if there are none, or they are not those the weights were
   *     trained with
   */
  static PairEncoding read(Map<String, String> files) {
    var lines = file(files, SETTINGS_FILE).lines().toList();
    var form = "the lines \"language …\", \"length …\" and \"FILE sha256 …\"";
    if (lines.size() != 6
        || !lines.get(0).matches("language (fr|de|zh)")
        || !lines.get(1).matches("length [1-9][0-9]{0,4}")) {
      throw new MalformedDataException(SETTINGS_FILE, form, "" + lines);
    }
    for (var line : lines.subList(2, 6)) {
      var name = line.split(" ", 2)[0];
      var found = digestLine(name, file(files, name));
      if (!line.equals(found)) {
        throw new MalformedDataException(name, "that of the weights: " + line, found);
      }
    }
    int length = Integer.parseInt(lines.get(1).substring("length ".length()));
    return new PairEncoding(
        Language.of(lines.get(0).substring("language ".length())),
        encoder(files, "source", length, false),
        encoder(files, "target", length + 1, true));
  }

  private static TextEncoder encoder(
      Map<String, String> files, String side, int length, boolean framed) {
    var pairs = side + "-pairs.txt";
    var tokens = side + "-vocabulary.txt";
    return new TextEncoder(
        BytePairEncoding.parse(pairs, file(files, pairs)),
        Vocabulary.parse(tokens, file(files, tokens)),
        length,
        Overlong.REFUSE,
        framed);
  }

  private static String file(Map<String, String> files, String name) {
    var text = files.get(name);
    if (text == null) {
      throw new MalformedDataException(
          "run folder", "the file " + name + ", which holds how pieces are numbered", "none");
    }
    return text;
  }

  private static String digestLine(String name, String text) {
    return name + " sha256 " + Sha256.of(text);
  }

  /** What {@link #read} reads. */
  Map<String, String> files() {
    var files = new LinkedHashMap<String, String>();
    put(files, "source", source);
    put(files, "target", target);
    var settings =
        new StringBuilder("language " + language.code + "\nlength " + source.length() + "\n");
    files.forEach((name, text) -> settings.append(digestLine(name, text)).append('\n'));
    files.put(SETTINGS_FILE, settings.toString());
    return files;
  }

  private static void put(Map<String, String> files, String side, TextEncoder encoder) {
    if (!(encoder.tokenizer() instanceof BytePairEncoding pairs)) {
      throw new IllegalStateException("the " + side + " side has no byte pairs");
    }
    files.put(side + "-pairs.txt", pairs.text());
    files.put(side + "-vocabulary.txt", encoder.vocabulary().text());
  }

  /** The lengths that rows are cut to, shortest first: the last is that of whole rows. */
  List<Integer> lengths() {
    var shorter = IntStream.of(8, 16, 32).filter(length -> length < source.length());
    return IntStream.concat(shorter, IntStream.of(source.length())).boxed().toList();
  }

  /** Whether both sides fit into their rows. */
  boolean fits(Pair pair) {
    return source.ids(pair.source()).length <= source.length()
        && target.ids(pair.target()).length <= target.length() - 2;
  }

  /**
   * Pairs that fit as rows of ids: the source, the target up to its last id but one, and what
   * follows each id of that.
   *
   * @throws MalformedDataException if none fits
   */
  Dataset dataset(PairCorpus corpus) {
    return new Dataset(
        corpus.name(),
        columns(corpus.name() + " (training)", corpus.train()),
        columns(corpus.name() + " (test)", corpus.test()),
        List.of());
  }

  private Examples columns(String where, List<Pair> all) {
    var pairs = all.stream().filter(this::fits).toList();
    if (pairs.isEmpty()) {
      throw new MalformedDataException(
          where,
          "pairs of at most " + source.length() + " pieces (--set length)",
          all.size() + " longer ones");
    }
    int length = source.length();
    long bytes = 4L * length * pairs.size();
    var sources = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    var before = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    var after = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    for (int i = 0; i < pairs.size(); i++) {
      long at = 4L * length * i;
      var row = target.encode(pairs.get(i).target());
      MemorySegment.copy(source.encode(pairs.get(i).source()), 0, sources, INT, at, length);
      MemorySegment.copy(decoderRow(row), 0, before, INT, at, length);
      MemorySegment.copy(row, 1, after, INT, at, length);
    }
    var type = TensorType.of(DType.I32, length);
    var rows =
        new Columns(
            pairs.size(),
            List.of(Feature.of("source", type), Feature.of("target", type)),
            List.of(Feature.of("next", type)),
            List.of(sources, before, after));
    return rows.bucketed(lengths());
  }

  /** A row without its end: the decoder is never asked what follows that. */
  private int[] decoderRow(int[] row) {
    var before = Arrays.copyOf(row, row.length - 1);
    int end = target.vocabulary().require(Vocabulary.END_TOKEN);
    for (int i = 0; i < before.length; i++) {
      before[i] = before[i] == end ? Vocabulary.PADDING : before[i];
    }
    return before;
  }
}
