package dev.backplane.recipes.text;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.TarReader;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * Sentences of film reviews, rated from -4 to 4 by people (Hutto and Gilbert, <em>VADER</em>,
 * 2014): 0 is negative, 1 is positive; ratings within half a point of 0 are left out.
 */
@Component(service = DatasetProvider.class, immediate = true)
public final class VaderMovies implements DatasetProvider {
  private static final String FILE = "movieReviewSnippets_GroundTruth.txt";
  private static final List<String> CLASSES = List.of("negative", "positive");
  private static final double UNDECIDED = 0.5;

  /** For the service loaders. */
  public VaderMovies() {}

  @Override
  public String name() {
    return "vader-movies";
  }

  /** Rows of ids by a vocabulary of 10,000 words of the training part, as the recipe has them. */
  @Override
  public Dataset open(Access access) {
    var corpus = corpus(access);
    return TextEncoding.make(corpus, 10_000, 64, TextEncoding.CUT).dataset(corpus);
  }

  static Corpus corpus(Access access) {
    var archive = DatasetCache.of(access).open(TextPins.VADER).file("hutto_ICWSM_2014.tar");
    try (var in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
      var tar = new TarReader(in);
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        if (entry.get().baseName().equals(FILE)) {
          var text = new String(tar.content().readAllBytes(), StandardCharsets.UTF_8);
          return Corpus.split("vader-movies", CLASSES, rated(archive, text));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(archive + " cannot be read", e);
    }
    throw new MalformedDataException(archive.toString(), "a file " + FILE, "none");
  }

  /** Lines of a number, the mean rating and the sentence, with tabs between. */
  static List<LabelledText> rated(Path archive, String table) {
    var texts = new ArrayList<LabelledText>();
    int number = 0;
    for (var line : table.lines().toList()) {
      number++;
      var cells = line.split("\t", 3);
      var place = archive + " " + FILE + " line " + number;
      if (cells.length < 3) {
        throw new MalformedDataException(
            place, "a number, a rating and a sentence", "\"" + line + "\"");
      }
      double rating;
      try {
        rating = Double.parseDouble(cells[1]);
      } catch (NumberFormatException e) {
        throw new MalformedDataException(place, "a rating", "\"" + cells[1] + "\"", e);
      }
      if (Math.abs(rating) >= UNDECIDED) {
        texts.add(new LabelledText(cells[2].strip(), rating > 0 ? 1 : 0));
      }
    }
    return texts;
  }
}
