package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.recipes.cache.DatasetException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenFolderTest {
  private static final DatasetPin PIN = TestPins.tiny(TestPins.NPM);

  @TempDir Path root;
  @TempDir Path given;

  private DatasetFiles open(Path path) {
    return new DatasetCache(TestPins.offline(root).withGiven(path), event -> {}).open(PIN);
  }

  private static void assertWhole(DatasetFiles files) throws IOException {
    assertArrayEquals(TestPins.IMAGES, Files.readAllBytes(files.file("images")));
    assertArrayEquals(TestPins.LABELS, Files.readAllBytes(files.file("labels")));
  }

  @Test
  void plainFilesAreUsedWhereTheyAre() throws IOException {
    Files.write(given.resolve("images"), TestPins.IMAGES);
    Files.write(given.resolve("labels"), TestPins.LABELS);
    var files = open(given);
    assertEquals(given, files.folder());
    assertWhole(files);
  }

  @Test
  void gzipFilesAreUnpackedIntoTheCache() throws IOException {
    Files.write(given.resolve("images.gz"), Archives.gzip(TestPins.IMAGES));
    Files.write(given.resolve("labels"), TestPins.LABELS);
    var files = open(given);
    assertTrue(files.folder().startsWith(root), files.toString());
    assertWhole(files);
  }

  @Test
  void aSubFolderOfTheDatasetsNameGoesFirst() throws IOException {
    var own = Files.createDirectory(given.resolve("tiny"));
    Files.write(own.resolve("images"), TestPins.IMAGES);
    Files.write(own.resolve("labels"), TestPins.LABELS);
    Files.write(given.resolve("images"), new byte[3]);
    assertEquals(own, open(given).folder());
  }

  @Test
  void aPackageFileWillDo() throws IOException {
    assertWhole(open(Files.write(given.resolve("x.deb"), TestPins.goodDeb())));
    assertWhole(open(Files.write(given.resolve("x.tgz"), TestPins.goodTgz())));
  }

  @Test
  void everyProblemIsNamedAtOnce() throws IOException {
    var wrong = TestPins.IMAGES.clone();
    wrong[0] ^= 1;
    Files.write(given.resolve("images"), wrong);
    var error = assertThrows(DatasetException.class, () -> open(given));
    assertEquals(Reason.DAMAGED, error.reason());
    for (var part :
        new String[] {
          given.resolve("images") + " is not the pinned images",
          "found the sha256 " + Archives.sha256(wrong),
          "neither labels nor labels.gz is there",
          Archives.sha256(TestPins.LABELS),
          "--set data=DIR"
        }) {
      assertTrue(
          error.getMessage().contains(part), part + " is missing in:\n" + error.getMessage());
    }
  }

  @Test
  void aWrongFolderIsAnErrorEvenIfTheCacheHasTheDataset() throws IOException {
    Files.write(given.resolve("x.tgz"), TestPins.goodTgz());
    open(given.resolve("x.tgz"));
    var empty = Files.createDirectory(given.resolve("empty"));
    assertThrows(DatasetException.class, () -> open(empty));
    var missing = assertThrows(DatasetException.class, () -> open(given.resolve("nowhere")));
    assertTrue(
        missing.getMessage().contains("nowhere does not hold it:\n  it does not exist\n"),
        missing.getMessage());
  }

  @Test
  void cutAndDamagedGzipFilesAreRefused() throws IOException {
    Files.write(given.resolve("labels"), TestPins.LABELS);
    var gzip = Archives.gzip(TestPins.IMAGES);
    Files.write(given.resolve("images.gz"), Arrays.copyOf(gzip, gzip.length - 100));
    var cut = assertThrows(DatasetException.class, () -> open(given));
    assertTrue(cut.getMessage().contains("cut short"), cut.getMessage());

    Files.write(given.resolve("images.gz"), TestPins.IMAGES);
    var plain = assertThrows(DatasetException.class, () -> open(given));
    assertTrue(plain.getMessage().contains("no valid gzip file"), plain.getMessage());
  }
}
