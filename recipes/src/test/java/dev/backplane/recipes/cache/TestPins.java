package dev.backplane.recipes.cache;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A dataset of two small files, with the packages and settings that the tests need. */
final class TestPins {
  static final byte[] IMAGES = noise(70_000);
  static final byte[] LABELS = noise(900);

  static final PackageSource NPM = new PackageSource.Npm("tiny-data", "1.0.0");
  static final PackageSource DEBIAN =
      new PackageSource.Debian(
          "dataset-tiny", "1.0-1", "pool/main/d/dataset-tiny/dataset-tiny_1.0-1_all.deb");

  private TestPins() {}

  static DatasetPin tiny(PackageSource... packages) {
    return new DatasetPin(
        "tiny",
        List.of(
            new PinnedFile("images", IMAGES.length, Archives.sha256(IMAGES)),
            new PinnedFile("labels", LABELS.length, Archives.sha256(LABELS))),
        List.of(packages),
        List.of(),
        "made for tests");
  }

  static byte[] goodTgz() {
    return Archives.tgz(
        Archives.Member.file("package/package.json", Archives.text("{}")),
        Archives.Member.file("package/data/images", IMAGES),
        Archives.Member.file("package/data/labels", LABELS));
  }

  static byte[] goodDeb() {
    return Archives.deb(
        Archives.Member.file("./usr/share/datasets/tiny/images.gz", Archives.gzip(IMAGES)),
        Archives.Member.file("./usr/share/datasets/tiny/labels.gz", Archives.gzip(LABELS)));
  }

  static CacheSettings settings(Path root, Map<String, URI> bases) {
    return new CacheSettings(
        root, Optional.empty(), false, bases, "", Duration.ofSeconds(20), Duration.ofSeconds(60));
  }

  static CacheSettings offline(Path root) {
    return new CacheSettings(
        root, Optional.empty(), true, Map.of(), "", Duration.ofSeconds(20), Duration.ofSeconds(60));
  }

  private static byte[] noise(int bytes) {
    var noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    return noise;
  }
}
