package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs real processes: shell scripts that do what a package client does when all, or something,
 * goes wrong.
 */
class PackageClientTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path bin;
  @TempDir Path root;
  @TempDir Path scratch;

  private CacheSettings settings(Duration limit) {
    return new CacheSettings(
        root, Optional.empty(), false, Map.of(), "/nowhere:" + bin, Duration.ofSeconds(2), limit);
  }

  private void client(String name, String script) throws IOException {
    var file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private IOException failure(PackageSource source, Duration limit) {
    var client = new PackageClient(settings(limit));
    return assertThrows(IOException.class, () -> client.download(source, scratch, bytes -> {}));
  }

  @Test
  void npmIsAskedForTheExactVersionInAScratchFolder() throws Exception {
    var archive = Files.write(root.resolve("made.tgz"), TestPins.goodTgz());
    client(
        "npm",
        "echo \"$PWD $*\" > " + root.resolve("asked") + "; cp " + archive + " tiny-data-1.0.0.tgz");
    var files = new DatasetCache(settings(LONG), event -> {}).open(TestPins.tiny(TestPins.NPM));
    assertEquals(Archives.sha256(TestPins.IMAGES), Sha256.ofFile(files.file("images")));
    var asked = Files.readString(root.resolve("asked")).strip();
    assertTrue(asked.startsWith(root.resolve("datasets") + "/."), asked);
    assertTrue(asked.endsWith("scratch pack --ignore-scripts --silent tiny-data@1.0.0"), asked);
  }

  @Test
  void withoutPackageListsAptFetchesItsOwn() throws Exception {
    var archive = Files.write(root.resolve("made.deb"), TestPins.goodDeb());
    client(
        "apt-get",
        """
        echo "$*" >> %s
        case "$*" in
          "-q download dataset-tiny") echo "E: Unable to locate package dataset-tiny" >&2; exit 100;;
          *update) test -d state/lists/partial;;
          *download*) cp %s dataset-tiny_1.0-1_all.deb;;
        esac\
        """
            .formatted(root.resolve("asked"), archive));
    var file = new PackageClient(settings(LONG)).download(TestPins.DEBIAN, scratch, bytes -> {});
    assertEquals(scratch.resolve("dataset-tiny_1.0-1_all.deb"), file);
    assertEquals(
        List.of("-q download dataset-tiny", "update", "download dataset-tiny"),
        Files.readAllLines(root.resolve("asked")).stream()
            .map(line -> line.replaceFirst("^-q -o .*/cache ", ""))
            .toList());
  }

  @Test
  void aClientThatIsNotInstalledIsNamed() {
    assertEquals(
        "npm is not installed (not found on PATH)", failure(TestPins.NPM, LONG).getMessage());
    assertEquals(
        "apt-get is not installed (not found on PATH)",
        failure(TestPins.DEBIAN, LONG).getMessage());
  }

  @Test
  void aFailingClientsLastWordsAreReported() throws Exception {
    client("npm", "echo noise; echo 'npm error 404 not found' >&2; exit 7");
    var message = failure(TestPins.NPM, LONG).getMessage();
    assertEquals("exit code 7: noise | npm error 404 not found", message);
  }

  @Test
  void aClientThatLeavesNoPackageIsReported() throws Exception {
    client("npm", "exit 0");
    assertEquals(
        "the client ended well but left no .tgz file", failure(TestPins.NPM, LONG).getMessage());
  }

  @Test
  void aClientThatHangsIsEndedWithWhatItStarted() throws Exception {
    client("npm", "sleep 300 & echo $! > " + root.resolve("child") + "; wait");
    var message = failure(TestPins.NPM, Duration.ofSeconds(1)).getMessage();
    assertEquals("not done after 1 s: ended", message);
    long child = Long.parseLong(Files.readString(root.resolve("child")).strip());
    for (int i = 0; i < 50 && isAlive(child); i++) {
      Thread.sleep(100);
    }
    assertFalse(isAlive(child), "the client's child still runs");
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
