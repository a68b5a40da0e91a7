package dev.backplane.recipes.translation;

import dev.backplane.recipes.format.MalformedDataException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The test pairs as they are written, kept in the run folder: BLEU compares with what people wrote,
 * not with what is left of it in ids.
 */
final class TestPairs {
  private static final String FILE = "test.tsv";

  private TestPairs() {}

  /** Lines of source, tab and target: neither holds a tab or a line's end. */
  static Map<String, String> files(List<Pair> pairs) {
    return Map.of(
        FILE,
        pairs.stream()
            .map(pair -> pair.source() + "\t" + pair.target() + "\n")
            .collect(Collectors.joining()));
  }

  /**
   * Reads them.
   *
   * @throws MalformedDataException if there are none, or a line is none
   */
  static List<Pair> read(Map<String, String> files) {
    var text = files.get(FILE);
    if (text == null || text.isEmpty()) {
      throw new MalformedDataException("run folder", "the test pairs in " + FILE, "none");
    }
    return text.lines()
        .map(
            line -> {
              var cells = line.split("\t", -1);
              if (cells.length != 2) {
                throw new MalformedDataException(FILE, "source, tab, target", "\"" + line + "\"");
              }
              return new Pair(cells[0], cells[1]);
            })
        .toList();
  }
}
