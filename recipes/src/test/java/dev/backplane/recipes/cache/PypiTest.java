package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages of the Python ecosystem, and packages that are pinned as a whole. */
class PypiTest {
  private static final PackageSource WHEEL =
      new PackageSource.Pypi("tiny-data", "1.0", "tiny_data-1.0-py3-none-any.whl");
  private static final DatasetPin WHOLE =
      new DatasetPin(
          "tiny-whole",
          List.of(
              new PinnedFile(
                  "tiny_data-1.0-py3-none-any.whl",
                  TestPins.IMAGES.length,
                  Archives.sha256(TestPins.IMAGES))),
          List.of(WHEEL),
          List.of(),
          "made for tests");

  @TempDir Path root;

  /** A simple index whose page links to the file by a relative address, as mirrors do. */
  private static Mirror index(String page, byte[] file) throws IOException {
    return new Mirror(
        exchange -> {
          var path = exchange.getRequestURI().getPath();
          var body =
              path.equals("/simple/tiny-data/")
                  ? page.getBytes(StandardCharsets.UTF_8)
                  : path.equals("/files/tiny_data-1.0-py3-none-any.whl") ? file : new byte[0];
          exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
        });
  }

  private DatasetFiles open(URI mirror, DatasetPin pin) {
    var bases = Map.of("pypi", mirror.resolve("simple/"));
    return new DatasetCache(TestPins.settings(root, bases), event -> {}).open(pin);
  }

  private static final String PAGE =
      """
      <!DOCTYPE html><html><body>
      <a href="../../files/tiny_data-0.9-py3-none-any.whl#sha256=00">tiny_data-0.9-py3-none-any.whl</a><br/>
      <a data-requires-python="&gt;=3" href="../../files/tiny_data-1.0-py3-none-any.whl#sha256=11">
        tiny_data-1.0-py3-none-any.whl</a>
      </body></html>
      """;

  @Test
  void aPackageThatIsPinnedAsAWholeComesByTheIndexPage() throws IOException {
    try (var mirror = index(PAGE, TestPins.IMAGES)) {
      var files = open(mirror.base(), WHOLE);
      assertArrayEquals(
          TestPins.IMAGES, Files.readAllBytes(files.file("tiny_data-1.0-py3-none-any.whl")));
      assertEquals(2, mirror.requests());
    }
  }

  @Test
  void aWholePackageOfOtherContentsIsRefused() throws IOException {
    var other = TestPins.IMAGES.clone();
    other[5]++;
    try (var mirror = index(PAGE, other)) {
      var error = assertThrows(DatasetException.class, () -> open(mirror.base(), WHOLE));
      assertTrue(String.valueOf(error.getMessage()).contains("the sha256"), error.getMessage());
    }
  }

  @Test
  void aPinnedFileIsTakenOutOfAWheel() throws IOException {
    var wheel = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(wheel)) {
      for (var name : List.of("tiny/other.so", "tiny/lib/images.so", "tiny/METADATA")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.endsWith("images.so") ? TestPins.IMAGES : new byte[100]);
      }
    }
    var pin =
        new DatasetPin(
            "tiny-member",
            List.of(
                new PinnedFile(
                    "images.so", TestPins.IMAGES.length, Archives.sha256(TestPins.IMAGES))),
            List.of(WHEEL),
            List.of(),
            "made for tests");
    try (var mirror = index(PAGE, wheel.toByteArray())) {
      var files = open(mirror.base(), pin);
      assertArrayEquals(TestPins.IMAGES, Files.readAllBytes(files.file("images.so")));
    }
  }

  @Test
  void aPageWithoutTheFileSaysSo() throws IOException {
    try (var mirror = index("<a href='x'>tiny_data-0.9.whl</a>", TestPins.IMAGES)) {
      var error = assertThrows(DatasetException.class, () -> open(mirror.base(), WHOLE));
      assertTrue(
          String.valueOf(error.getMessage())
              .contains("does not list tiny_data-1.0-py3-none-any.whl"),
          error.getMessage());
    }
  }

  @Test
  void aUserMayGiveTheWholePackage() throws IOException {
    var file = Files.write(root.resolve("renamed.whl"), TestPins.IMAGES);
    var settings = TestPins.offline(root).withGiven(file);
    var files = new DatasetCache(settings, event -> {}).open(WHOLE);
    assertEquals(
        Archives.sha256(TestPins.IMAGES),
        Sha256.ofFile(files.file("tiny_data-1.0-py3-none-any.whl")));
  }

  @Test
  void pipIsAskedForWheelsAndForSources(@TempDir Path bin, @TempDir Path scratch) throws Exception {
    var pip =
        Files.writeString(
            bin.resolve("pip3"),
            """
            #!/bin/sh
            echo "$*" >> %s
            touch tiny_data-1.0-py3-none-any.whl tiny-data-1.0.tar.gz
            """
                .formatted(root.resolve("asked")));
    Files.setPosixFilePermissions(pip, PosixFilePermissions.fromString("rwxr-xr-x"));
    var settings =
        new CacheSettings(
            root,
            Optional.empty(),
            false,
            Map.of(),
            bin.toString(),
            Duration.ofSeconds(2),
            Duration.ofSeconds(60));
    var client = new PackageClient(settings);
    assertEquals(
        scratch.resolve("tiny_data-1.0-py3-none-any.whl"),
        client.download(WHEEL, scratch, bytes -> {}));
    var source = new PackageSource.Pypi("tiny-data", "1.0", "tiny-data-1.0.tar.gz");
    assertEquals(
        scratch.resolve("tiny-data-1.0.tar.gz"), client.download(source, scratch, bytes -> {}));
    assertEquals(
        List.of(
            "download --no-deps --quiet --ignore-requires-python --only-binary=:all:"
                + " tiny-data==1.0",
            "download --no-deps --quiet --ignore-requires-python --no-binary=:all: tiny-data==1.0"),
        Files.readAllLines(root.resolve("asked")));
  }
}
