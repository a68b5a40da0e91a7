package dev.backplane.recipes.speech;

import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PackageSource;
import dev.backplane.recipes.cache.PinnedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The pinned parts of espeak-ng 1.51 and the recorded prompts of Asterisk. */
final class SpeechPins {
  private static final String VERSION = "1.51+dfsg-10+deb12u2";
  private static final String POOL = "pool/main/e/espeak-ng/";
  private static final String LICENCE = "GPL-3.0-or-later, run as a program of its own";

  static final DatasetPin PROGRAM =
      debian(
          "espeak-ng",
          List.of(
              new PinnedFile(
                  "espeak-ng",
                  28104,
                  "0a2f26e328f1dd4cec926987d3dc22bf841879132fd3aa497dd4fcad0d4d77a3")),
          "espeak-ng",
          VERSION,
          POOL,
          "amd64",
          LICENCE);

  static final DatasetPin LIBRARY =
      debian(
          "libespeak-ng1",
          List.of(
              new PinnedFile(
                  "libespeak-ng.so.1.1.51",
                  561_840,
                  "3f8af2661fb818cc3a77253e13d2bd1ea720c8564a445c9e558e30b83ff8e0c2")),
          "libespeak-ng1",
          VERSION,
          POOL,
          "amd64",
          LICENCE);

  static final DatasetPin SONIC =
      debian(
          "libsonic0",
          List.of(
              new PinnedFile(
                  "libsonic.so.0.2.0",
                  18_272,
                  "298b66233ef09946815dbfa29520c8c1f1e31d7b6531376f16e130562e698619")),
          "libsonic0",
          "0.2.0-12",
          "pool/main/s/sonic/",
          "amd64",
          "Apache-2.0");

  static final DatasetPin VOICES =
      debian(
          "espeak-ng-data",
          files("espeak-ng-data.txt"),
          "espeak-ng-data",
          VERSION,
          POOL,
          "amd64",
          LICENCE);

  static final DatasetPin PROMPTS =
      debian(
          "asterisk-prompts-en",
          files("asterisk-prompts.txt"),
          "asterisk-core-sounds-en-wav",
          "1.6.1-1",
          "pool/main/a/asterisk-core-sounds/",
          "all",
          "CC BY-SA 3.0, © Allison Smith and Digium; downloaded, never redistributed");

  private SpeechPins() {}

  private static DatasetPin debian(
      String name,
      List<PinnedFile> files,
      String packageName,
      String version,
      String pool,
      String architecture,
      String licence) {
    var file = pool + packageName + "_" + version + "_" + architecture + ".deb";
    return new DatasetPin(
        name,
        files,
        List.of(new PackageSource.Debian(packageName, version, file)),
        List.of(),
        licence);
  }

  /** The files that a resource lists, one a line: bytes, sha256, path within the package. */
  private static List<PinnedFile> files(String resource) {
    return lines(resource).stream()
        .map(
            line -> {
              var words = line.split(" ", 3);
              var name = words[2].substring(words[2].lastIndexOf('/') + 1);
              return new PinnedFile(name, Long.parseLong(words[0]), words[1]);
            })
        .toList();
  }

  /** The paths of a resource's files. */
  static List<String> paths(String resource) {
    return lines(resource).stream().map(line -> line.split(" ", 3)[2]).toList();
  }

  private static List<String> lines(String resource) {
    return new String(bytes(resource), StandardCharsets.UTF_8).lines().toList();
  }

  /** A resource of this package. */
  static byte[] bytes(String resource) {
    try (var in = SpeechPins.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the bundle lacks its resource " + resource);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
