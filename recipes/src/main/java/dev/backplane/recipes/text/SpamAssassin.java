package dev.backplane.recipes.text;

import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.TarReader;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.osgi.service.component.annotations.Component;

/**
 * Real mails of 2002, wanted (0, ham) and unwanted (1, spam): their text alone, without headers,
 * which would give the class away.
 */
@Component(service = DatasetProvider.class, immediate = true)
public final class SpamAssassin implements DatasetProvider {
  private static final String FILE = "datasets-spam-assassin-0.2.3.tgz";
  private static final List<String> CLASSES = List.of("ham", "spam");
  private static final int MAILS = 6_046;

  /** For the service loaders. */
  public SpamAssassin() {}

  @Override
  public String name() {
    return TextPins.SPAM_ASSASSIN.name();
  }

  /** Rows of ids by a vocabulary of 10,000 words of the training part, as the recipe has them. */
  @Override
  public Dataset open(Access access) {
    var corpus = corpus(access);
    return TextEncoding.make(corpus, 10_000, 128, TextEncoding.CUT).dataset(corpus);
  }

  static Corpus corpus(Access access) {
    var archive = DatasetCache.of(access).open(TextPins.SPAM_ASSASSIN).file(FILE);
    var mails = new ArrayList<LabelledText>();
    try (var in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
      var tar = new TarReader(new BufferedInputStream(in, 1 << 16));
      for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
        var path = entry.get().name().split("/", -1);
        if (path.length == 4 && path[1].equals("data") && path[3].endsWith(".txt")) {
          var text = MailText.of(tar.content().readAllBytes());
          mails.add(new LabelledText(text, path[2].startsWith("spam") ? 1 : 0));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(archive + " cannot be read", e);
    }
    if (mails.size() != MAILS) {
      throw new MalformedDataException(archive.toString(), MAILS + " mails", "" + mails.size());
    }
    return Corpus.split(TextPins.SPAM_ASSASSIN.name(), CLASSES, mails);
  }
}
