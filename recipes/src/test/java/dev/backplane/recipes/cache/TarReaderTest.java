package dev.backplane.recipes.cache;

import static dev.backplane.recipes.cache.Archives.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.recipes.cache.Archives.Member;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TarReaderTest {
  private static Map<String, byte[]> read(byte[] tar) throws IOException {
    var reader = new TarReader(new ByteArrayInputStream(tar));
    var files = new LinkedHashMap<String, byte[]>();
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      files.put(entry.get().name(), reader.content().readAllBytes());
    }
    return files;
  }

  @Test
  void readsFilesAndPassesOverEverythingElse() throws IOException {
    var files =
        read(
            Archives.tar(
                new Member("folder/", '5', new byte[0]),
                Member.file("folder/a", text("alpha")),
                new Member("link", '2', new byte[0]),
                Member.file("empty", new byte[0]),
                Member.file("block", new byte[512])));
    assertEquals("[folder/a, empty, block]", files.keySet().toString());
    assertArrayEquals(text("alpha"), files.get("folder/a"));
    assertEquals(512, files.get("block").length);
  }

  @Test
  void anUnreadFileIsSkipped() throws IOException {
    var reader =
        new TarReader(
            new ByteArrayInputStream(
                Archives.tar(Member.file("a", new byte[700]), Member.file("b", text("beta")))));
    assertEquals("a", reader.next().orElseThrow().name());
    assertEquals("b", reader.next().orElseThrow().name());
    assertArrayEquals(text("beta"), reader.content().readAllBytes());
  }

  @Test
  void readsGnuLongNamesAndPaxPaths() throws IOException {
    var longName = "n".repeat(300);
    var files =
        read(
            Archives.tar(
                new Member("././@LongLink", 'L', text(longName + "\0")),
                Member.file("nnn", text("1")),
                new Member("pax", 'x', text("30 mtime=1\n24 path=over/there\n")),
                Member.file("short", text("2")),
                Member.file("plain", text("3"))));
    assertEquals("[" + longName + ", over/there, plain]", files.keySet().toString());
  }

  @Test
  void refusesWhatIsNotTar() {
    var noise = new byte[2048];
    Arrays.fill(noise, (byte) 'x');
    var error = assertThrows(IOException.class, () -> read(noise));
    assertTrue(error.getMessage().startsWith("tar: "), error.getMessage());
  }

  @Test
  void refusesADamagedHeader() {
    var tar = Archives.tar(Member.file("a", text("alpha")));
    tar[3] ^= 1;
    var error = assertThrows(IOException.class, () -> read(tar));
    assertTrue(error.getMessage().contains("checksum"), error.getMessage());
  }

  @Test
  void refusesAnArchiveThatEndsWithinAFile() {
    var tar = Archives.tar(Member.file("a", new byte[1000]));
    assertThrows(EOFException.class, () -> read(Arrays.copyOf(tar, 900)));
    assertThrows(EOFException.class, () -> read(Arrays.copyOf(tar, 100)));
  }

  @Test
  void refusesASizeThatIsNoOctalNumber() {
    var tar = Archives.tar(Member.file("a", new byte[10]));
    tar[124] = '-';
    Archives.sum(tar);
    var error = assertThrows(IOException.class, () -> read(tar));
    assertTrue(error.getMessage().contains("octal"), error.getMessage());
  }

  @Test
  void refusesAnExtendedHeaderThatNobodyWrites() {
    var tar = Archives.tar(new Member("x", 'L', new byte[100_000]));
    var error = assertThrows(IOException.class, () -> read(tar));
    assertTrue(error.getMessage().contains("65536"), error.getMessage());
  }
}
