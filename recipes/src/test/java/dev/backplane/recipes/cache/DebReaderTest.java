package dev.backplane.recipes.cache;

import static dev.backplane.recipes.cache.Archives.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.recipes.cache.Archives.Member;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DebReaderTest {
  private static byte[] data(byte[] deb) throws IOException {
    try (var in = DebReader.dataTar(new ByteArrayInputStream(deb))) {
      return in.readAllBytes();
    }
  }

  @Test
  void givesTheDecompressedTarWhateverItsCompression() throws IOException {
    var tar = Archives.tar(Member.file("./usr/share/a", text("alpha")));
    var before = new Member("control.tar.gz", '0', text("odd"));
    assertArrayEquals(
        tar, data(Archives.ar(before, new Member("data.tar.xz", '0', Archives.xz(tar)))));
    assertArrayEquals(
        tar, data(Archives.ar(before, new Member("data.tar.gz", '0', Archives.gzip(tar)))));
    assertArrayEquals(tar, data(Archives.ar(before, new Member("data.tar/", '0', tar))));
  }

  @Test
  void namesACompressionItDoesNotKnow() {
    var deb = Archives.ar(new Member("data.tar.zst", '0', text("?")));
    var error = assertThrows(IOException.class, () -> data(deb));
    assertTrue(error.getMessage().endsWith("found data.tar.zst"), error.getMessage());
  }

  @Test
  void refusesWhatIsNoPackage() {
    assertEquals(
        "deb: expected an ar archive (\"!<arch>\"), found something else",
        assertThrows(IOException.class, () -> data(text("<html></html>"))).getMessage());
    assertEquals(
        "deb: the package has no member data.tar",
        assertThrows(IOException.class, () -> data(Archives.ar())).getMessage());
  }

  @Test
  void refusesEveryCutOfAPackage() {
    var deb = Archives.deb(Member.file("./usr/share/a", new byte[5000]));
    for (int length = 0; length < deb.length; length += 7) {
      var cut = Arrays.copyOf(deb, length);
      assertThrows(IOException.class, () -> data(cut), "cut to " + length + " bytes");
    }
  }

  @Test
  void refusesADamagedStream() {
    var deb = Archives.deb(Member.file("./usr/share/a", new byte[5000]));
    deb[deb.length - 40] ^= 0x10;
    assertThrows(IOException.class, () -> data(deb));
  }
}
