package dev.backplane.recipes.text;

import dev.backplane.layers.text.Tokenizer;
import dev.backplane.layers.text.WordTokenizer;
import dev.backplane.recipes.cache.Sha256;
import dev.backplane.recipes.format.MalformedDataException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Texts in classes, split for training and test.
 *
 * @param name of the data set
 * @param classes the names of the classes
 * @param train to learn from
 * @param test to measure with
 */
record Corpus(
    String name, List<String> classes, List<LabelledText> train, List<LabelledText> test) {
  /** Two texts of the same words are one: they differ in letter case or punctuation at most. */
  private static final Tokenizer WORDS = new WordTokenizer();

  private static final int TEST_PERCENT = 20;

  /** Copies. */
  Corpus {
    classes = List.copyOf(classes);
    train = List.copyOf(train);
    test = List.copyOf(test);
  }

  /**
   * Drops texts without words and all but the first of equal ones; then each class gives the fifth
   * of its texts whose words have the smallest SHA-256 to the test part. The rule knows neither a
   * seed nor an order, so that the parts are the same everywhere.
   *
   * @throws MalformedDataException if fewer than two classes are left, or one is too small to be
   *     split
   */
  static Corpus split(String name, List<String> classes, List<LabelledText> texts) {
    var seen = new HashSet<String>();
    var ranked = new ArrayList<Ranked>();
    for (var text : texts) {
      var digest = digest(text.text());
      if (!WORDS.tokens(text.text()).isEmpty() && seen.add(digest)) {
        ranked.add(new Ranked(digest, text));
      }
    }
    ranked.sort(Comparator.comparing(Ranked::digest));
    var train = new ArrayList<LabelledText>();
    var test = new ArrayList<LabelledText>();
    for (int label = 0; label < classes.size(); label++) {
      int wanted = label;
      var ofClass =
          ranked.stream().map(Ranked::text).filter(text -> text.label() == wanted).toList();
      int tests = ofClass.size() * TEST_PERCENT / 100;
      if (tests == 0) {
        throw new MalformedDataException(
            name,
            "five different texts or more of each class",
            ofClass.size() + " of the class \"" + classes.get(label) + "\"");
      }
      test.addAll(ofClass.subList(0, tests));
      train.addAll(ofClass.subList(tests, ofClass.size()));
    }
    if (classes.size() < 2) {
      throw new MalformedDataException(
          name,
          "texts of two classes or more",
          classes.isEmpty() ? "no text" : "the class \"" + classes.getFirst() + "\" alone");
    }
    return new Corpus(name, classes, train, test);
  }

  /** A digest of which texts the test part holds, by which a test knows that none has moved. */
  String testDigest() {
    return Sha256.of(
        test.stream()
            .map(text -> digest(text.text()) + "\n")
            .sorted()
            .collect(Collectors.joining()));
  }

  private static String digest(String text) {
    return Sha256.of(String.join(" ", WORDS.tokens(text)));
  }

  private record Ranked(String digest, LabelledText text) {}
}
