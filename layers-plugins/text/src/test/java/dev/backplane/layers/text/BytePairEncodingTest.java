package dev.backplane.layers.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.io.MalformedModelException;
import dev.backplane.layers.text.BytePairEncoding.Merge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairEncodingTest {
  /** The example of Sennrich, Haddow and Birch, with our mark of a word's beginning. */
  private static final List<String> SENNRICH =
      texts(Map.of("low", 5, "lower", 2, "newest", 6, "widest", 3));

  private static List<String> texts(Map<String, Integer> counts) {
    var texts = new ArrayList<String>();
    counts.forEach((word, count) -> texts.addAll(Collections.nCopies(count, word)));
    return texts;
  }

  @Test
  void learnsTheMergesOfThePaper() {
    var encoding = BytePairEncoding.train(SENNRICH.stream(), 4);
    assertEquals(
        List.of(
            new Merge("e", "s"), new Merge("es", "t"), new Merge("l", "o"), new Merge("lo", "w")),
        encoding.merges());
    assertEquals(List.of("▁", "low", "est"), encoding.tokens("lowest"));
    assertEquals(List.of("▁", "n", "e", "w", "x"), encoding.tokens("newx"));
  }

  @Test
  void learnsWhatCountingAllAnewWouldLearn() {
    var random = new SplittableRandom(7);
    var texts = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      var word = new StringBuilder();
      for (int length = 1 + random.nextInt(8); length > 0; length--) {
        word.append((char) ('a' + random.nextInt(4)));
      }
      texts.add(word.toString());
    }
    assertEquals(countedAnew(texts, 60), BytePairEncoding.train(texts.stream(), 60).merges());
    assertEquals(
        BytePairEncoding.train(texts.stream(), 60),
        BytePairEncoding.train(texts.reversed().stream(), 60));
  }

  /** The definition, without any index. */
  private static List<Merge> countedAnew(List<String> texts, int most) {
    var words = new ArrayList<List<String>>();
    texts.forEach(text -> words.add(BytePairEncoding.characters("▁" + text)));
    var merges = new ArrayList<Merge>();
    while (merges.size() < most) {
      var counts = new HashMap<Merge, Integer>();
      for (var word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(new Merge(word.get(i), word.get(i + 1)), 1, Integer::sum);
        }
      }
      var ranked = new TreeMap<String, Merge>();
      counts.forEach(
          (pair, count) ->
              ranked.put(
                  "%09d %s %s".formatted(1_000_000 - count, pair.left(), pair.right()), pair));
      var best = ranked.firstEntry().getValue();
      merges.add(best);
      words.replaceAll(word -> BytePairEncoding.merged(word, best));
    }
    return merges;
  }

  @Test
  void stopsWhereNoPairOccursTwice() {
    assertEquals(List.of(), BytePairEncoding.train(List.of("abc").stream(), 10).merges());
  }

  @Test
  void aTextComesBack() {
    var encoding = BytePairEncoding.train(SENNRICH.stream(), 20);
    for (var text :
        List.of("lowest, newer: {name} (3.5 %) l'été 窗口 {a}{b} a{", "low", "", "x  y".strip())) {
      var tokens = encoding.tokens(text);
      assertTrue(tokens.stream().noneMatch(token -> token.isEmpty() || token.contains(" ")));
      assertEquals(text.replaceAll("\\s+", " "), encoding.text(tokens));
    }
    assertEquals(List.of(), encoding.tokens(" \n"));
  }

  @Test
  void placeholdersAreWordsOfTheirOwn() {
    var texts = Collections.nCopies(5, "is {name}, or {name}");
    var tokens = BytePairEncoding.train(texts.stream(), 100).tokens("is {name}, or {name}");
    assertEquals(List.of("▁is", "▁{name}", ",", "▁or", "▁{name}"), tokens);
  }

  @Test
  void theFileComesBack(@TempDir Path folder) throws IOException {
    var encoding = BytePairEncoding.train(SENNRICH.stream(), 8);
    var file = folder.resolve("pairs.txt");
    encoding.write(file);
    assertEquals(encoding, BytePairEncoding.read(file));
    assertEquals(encoding.text(), BytePairEncoding.read(file).text());
  }

  @Test
  void brokenFilesAreRefusedByLine() {
    var header = "backplane byte pairs 1\n";
    assertTrue(malformed("").contains("the first line is \"\""));
    assertTrue(malformed("#version: 0.2\n").contains("expected \"backplane byte pairs 1\""));
    assertTrue(malformed(header + "e s").contains("cut short"));
    assertTrue(malformed(header + "e s\nes\n").contains("f line 3: \"es\""));
    assertTrue(malformed(header + "e s t\n").contains("f line 2"));
    assertTrue(malformed(header + "es t\n").contains("merge 1 needs the piece \"es\""));
    assertTrue(malformed(header + "e s\ne s\n").contains("merge 2 is merge 1 once more"));
    assertEquals(
        "byte pairs: there are no words to learn from",
        assertThrows(
                IllegalArgumentException.class,
                () -> BytePairEncoding.train(List.of(" ").stream(), 3))
            .getMessage());
  }

  private static String malformed(String text) {
    return String.valueOf(
        assertThrows(MalformedModelException.class, () -> BytePairEncoding.parse("f", text))
            .getMessage());
  }
}
