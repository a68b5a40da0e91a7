package dev.backplane.backend.tpu.programs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is used least recently goes when the folder is full. */
class ProgramCacheTest {
  @TempDir Path folder;

  private static ProgramKey key(int digit) {
    return new ProgramKey(String.valueOf(digit).repeat(64));
  }

  @Test
  void staysWithinItsLimit() throws Exception {
    var cache = new ProgramCache(folder.resolve("programs"), 3000);
    for (int i = 0; i < 2; i++) {
      cache.put(key(i), new byte[1000]);
      var file = folder.resolve("programs").resolve(key(i).hash() + ".program");
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000 * (i + 1)));
    }
    // Used again: so it is the other that goes.
    assertArrayEquals(new byte[1000], cache.get(key(0)).orElseThrow());
    cache.put(key(2), new byte[1000]);
    assertTrue(cache.get(key(0)).isPresent());
    assertEquals(Optional.empty(), cache.get(key(1)));
    assertTrue(cache.get(key(2)).isPresent());
    cache.put(key(3), new byte[5000]);
    assertEquals(Optional.empty(), cache.get(key(3)));
    assertTrue(cache.get(key(2)).isPresent(), "what does not fit drives nothing out");
    try (var files = Files.list(folder.resolve("programs"))) {
      assertEquals(2, files.count());
    }
  }

  /** The folder is not listed at each program, but is never over its limit for that. */
  @Test
  void manySmallProgramsStayWithinIt() throws Exception {
    var programs = folder.resolve("programs");
    var cache = new ProgramCache(programs, 100_000);
    for (int i = 0; i < 1000; i++) {
      var hash = String.format("%064x", i);
      cache.put(new ProgramKey(hash), new byte[400]);
      long bytes = 0;
      try (var files = Files.newDirectoryStream(programs)) {
        for (var file : files) {
          bytes += Files.size(file);
        }
      }
      assertTrue(bytes <= 100_000, bytes + " bytes after program " + i);
      assertTrue(i < 300 || bytes > 80_000, bytes + " bytes after program " + i);
      assertTrue(cache.get(new ProgramKey(hash)).isPresent());
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoFailure() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "in the way");
    var cache = new ProgramCache(file, 3000);
    cache.put(key(0), new byte[10]);
    assertEquals(Optional.empty(), cache.get(key(0)));
  }
}
