package dev.backplane.recipes.translation;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.recipes.cache.Sha256;
import dev.backplane.recipes.format.MalformedDataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Pairs, split for training and test so that no English sentence of the test part is in the
 * training part.
 *
 * @param name of the data set
 * @param train to learn from
 * @param test to measure with
 */
record PairCorpus(String name, List<Pair> train, List<Pair> test) {
  private static final int LEAST_WORDS = 2;
  private static final int MOST_WORDS = 20;
  private static final int TESTS = 1_000;
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  /** Markup, references to other strings, several lines: nothing a person would say. */
  private static final Pattern UNSPOKEN = Pattern.compile("[<>`\\n\\r|]|\\[%key|https?:");

  /** Copies. */
  PairCorpus {
    train = List.copyOf(train);
    test = List.copyOf(test);
  }

  /** The pairs of the pinned packages. */
  static PairCorpus open(Access access, Language language) {
    return split("pairs-en-" + language.code, new PairSources(access, language).all(), TESTS);
  }

  /**
   * Keeps pairs of 2 to 20 English words without markup, of which the translation differs; of pairs
   * with the same English, but for case, the first. The test part are those whose English has the
   * smallest SHA-256: the rule knows neither a seed nor an order.
   *
   * @throws MalformedDataException if there are fewer than twice as many pairs as tests
   */
  static PairCorpus split(String name, List<Pair> pairs, int tests) {
    var chosen = new HashMap<String, Pair>();
    for (var pair : pairs) {
      var source = normal(pair.source());
      var target = normal(pair.target());
      int words = SPACE.split(source).length;
      if (words >= LEAST_WORDS
          && words <= MOST_WORDS
          && !target.isEmpty()
          && !source.equals(target)
          && !UNSPOKEN.matcher(pair.source().strip() + pair.target().strip()).find()) {
        chosen.putIfAbsent(source.toLowerCase(Locale.ROOT), new Pair(source, target));
      }
    }
    var ranked = new TreeMap<String, Pair>();
    chosen.forEach((english, pair) -> ranked.put(Sha256.of(english), pair));
    if (ranked.size() < 2 * tests) {
      throw new MalformedDataException(
          name, 2 * tests + " different pairs or more", "" + ranked.size());
    }
    var ordered = new ArrayList<>(ranked.values());
    return new PairCorpus(name, ordered.subList(tests, ordered.size()), ordered.subList(0, tests));
  }

  /** A digest of the test part, by which a test knows that nothing has moved. */
  String testDigest() {
    var text = new StringBuilder();
    test.forEach(
        pair -> text.append(pair.source()).append('\t').append(pair.target()).append('\n'));
    return Sha256.of(text.toString());
  }

  private static String normal(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
  }
}
