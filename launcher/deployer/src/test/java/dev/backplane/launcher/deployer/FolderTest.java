package dev.backplane.launcher.deployer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts of a folder whose files come, change and go. */
class FolderTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir Path path;
  @TempDir Path own;
  private Folder folder;

  @BeforeEach
  void folder() {
    folder = new Folder(path, new Copies(own));
  }

  private static byte[] jar(String version) {
    return TestJar.of("acme.plugin", version).entry("data", new byte[5000]).bytes();
  }

  private Path old(String name, byte[] bytes) throws IOException {
    var file = Files.write(path.resolve(name), bytes);
    return Files.setLastModifiedTime(file, LONG_AGO);
  }

  private List<String> bundles() {
    return folder.look().stream()
        .flatMap(found -> found.jar().stream())
        .map(Object::toString)
        .toList();
  }

  private Optional<String> trouble() {
    return folder.look().getFirst().trouble();
  }

  @Test
  void aFileAtRestIsTakenAtTheFirstLook() throws Exception {
    old("a.jar", jar("1"));
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
    assertFalse(folder.isUnsettled());
  }

  @Test
  void aFileThatHasJustChangedIsTakenWhenItStaysAsItIs() throws Exception {
    Files.write(path.resolve("a.jar"), jar("1"));
    assertEquals(List.of(), bundles());
    assertTrue(folder.isUnsettled());
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
    assertFalse(folder.isUnsettled());
  }

  @Test
  void aCopyThatGrowsIsTakenOnceAndWhole() throws Exception {
    var whole = jar("1");
    var file = path.resolve("a.jar");
    for (int part = 0; part < 4; part++) {
      var piece = Arrays.copyOfRange(whole, part * whole.length / 4, (part + 1) * whole.length / 4);
      Files.write(file, piece, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      assertEquals(List.of(), bundles());
      assertTrue(part == 3 || trouble().isEmpty());
    }
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
  }

  @Test
  void aTruncatedFileIsNamedAndTakenWhenItBecomesWhole() throws Exception {
    var whole = jar("1");
    var file = old("a.jar", Arrays.copyOf(whole, whole.length / 2));
    assertTrue(trouble().orElseThrow().startsWith("is no whole jar"), () -> trouble().toString());
    assertFalse(folder.isUnsettled());
    Files.write(file, whole);
    bundles();
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
    assertEquals(Optional.empty(), trouble());
  }

  @Test
  void whatWasWholeCountsUntilItsSuccessorIs() throws Exception {
    old("a.jar", jar("1"));
    bundles();
    old("a.jar", Arrays.copyOf(jar("2"), 300));
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
    assertTrue(
        trouble().orElseThrow().endsWith("acme.plugin 1.0.0, which it was before, stays"),
        () -> trouble().toString());
    old("a.jar", jar("2"));
    assertEquals(List.of("acme.plugin 2.0.0"), bundles());
    Files.delete(path.resolve("a.jar"));
    assertEquals(List.of(), bundles());
  }

  @Test
  void aLinkIsFollowedAndSeenToChange() throws Exception {
    var elsewhere = Files.write(own.resolve("elsewhere"), jar("1"));
    Files.setLastModifiedTime(elsewhere, LONG_AGO);
    Files.createSymbolicLink(path.resolve("a.jar"), elsewhere);
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
    Files.write(elsewhere, jar("2"));
    bundles();
    assertEquals(List.of("acme.plugin 2.0.0"), bundles());
  }

  @Test
  void whatIsNoJarIsNamedAndWhatIsHiddenOrUnfinishedIsNot() throws Exception {
    old("notes.txt", new byte[1]);
    old(".hidden.jar", jar("1"));
    old("a.jar.part", jar("1"));
    assertEquals(Optional.of("is no .jar and is left alone"), trouble());
    assertEquals(1, folder.look().size());
  }

  @Test
  void aFileThatMayNotBeReadIsTakenOnceItMay() throws Exception {
    var file = old("a.jar", jar("1"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("-wx------"));
    assumeFalse(Files.isReadable(file), "root reads everything");
    assertTrue(trouble().orElseThrow().startsWith("may not be read by user"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    assertEquals(List.of("acme.plugin 1.0.0"), bundles());
  }

  @Test
  void aFolderThatIsNotThereHasNoFiles() {
    folder = new Folder(path.resolve("none"), new Copies(own));
    assertEquals(List.of(), folder.look());
    assertEquals(Optional.empty(), folder.trouble());
  }
}
