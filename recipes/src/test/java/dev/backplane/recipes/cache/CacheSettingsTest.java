package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CacheSettingsTest {
  private static CacheSettings of(Map<String, String> environment) {
    return CacheSettings.of(environment, property -> null);
  }

  @Test
  void theCacheIsInTheXdgFolderUnlessConfigured() {
    assertEquals(Path.of("/h/.cache/backplane"), of(Map.of("HOME", "/h")).root());
    assertEquals(Path.of("/x/backplane"), of(Map.of("HOME", "/h", "XDG_CACHE_HOME", "/x")).root());
    assertEquals(
        Path.of("/h/.cache/backplane"),
        of(Map.of("HOME", "/h", "XDG_CACHE_HOME", "relative")).root(),
        "the XDG specification says relative paths are ignored");
    assertEquals(Path.of("/c"), of(Map.of("XDG_CACHE_HOME", "/x", "BACKPLANE_CACHE", "/c")).root());
  }

  @Test
  void aPropertyGoesBeforeTheEnvironment() {
    var settings =
        CacheSettings.of(
            Map.of("BACKPLANE_CACHE", "/c", "BACKPLANE_DATA", "/d"),
            Map.of("backplane.cache", "/p")::get);
    assertEquals(Path.of("/p"), settings.root());
    assertEquals(Optional.of(Path.of("/d")), settings.given());
  }

  @Test
  void blankIsAbsentAndNoIsNo() {
    var settings =
        of(
            Map.of(
                "HOME",
                "/h",
                "BACKPLANE_DATA",
                " ",
                "BACKPLANE_OFFLINE",
                "0",
                "BACKPLANE_NPM_BASE",
                ""));
    assertEquals(Optional.empty(), settings.given());
    assertFalse(settings.offline());
    assertEquals(Map.of(), settings.bases());
    assertTrue(of(Map.of("BACKPLANE_OFFLINE", "1")).offline());
    assertTrue(of(Map.of("BACKPLANE_OFFLINE", "yes")).offline());
  }

  @Test
  void aBaseMayLackItsLastSlash() {
    var bases = of(Map.of("BACKPLANE_NPM_BASE", "https://mirror.example/npm")).bases();
    assertEquals(URI.create("https://mirror.example/npm/"), bases.get("npm"));
  }

  @Test
  void aBaseThatIsNoAddressIsNamed() {
    for (var wrong : new String[] {"mirror", "ftp://mirror.example", "http://a b"}) {
      var error =
          assertThrows(
              IllegalArgumentException.class, () -> of(Map.of("BACKPLANE_DEBIAN_BASE", wrong)));
      assertEquals(
          "BACKPLANE_DEBIAN_BASE: expected an http, https or file address, found \"" + wrong + "\"",
          error.getMessage());
    }
  }
}
