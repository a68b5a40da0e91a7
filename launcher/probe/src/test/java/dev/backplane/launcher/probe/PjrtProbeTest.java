package dev.backplane.launcher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PjrtProbeTest {
  @TempDir Path folder;

  private List<Object> files(Map<String, String> environment) {
    return PjrtProbe.of(environment, Optional.empty()).find().stream()
        .map(hardware -> hardware.attributes().get("file"))
        .toList();
  }

  @Test
  void withoutASettingTheFolderOfTheCacheCounts() throws IOException {
    var plugins = Files.createDirectories(folder.resolve("backplane/pjrt/one"));
    var plugin = Files.createFile(plugins.resolve("plugin.so"));
    Files.createFile(plugins.resolve("plugin.h"));
    assertEquals(List.of(plugin.toString()), files(Map.of("XDG_CACHE_HOME", folder.toString())));
  }

  @Test
  void whatIsListedIsAllThatCounts() throws IOException {
    var plugin = Files.createFile(folder.resolve("a.so"));
    Files.createFile(Files.createDirectories(folder.resolve("backplane/pjrt")).resolve("b.so"));
    var home = folder.toString();
    assertEquals(
        List.of(plugin.toString()),
        files(Map.of("XDG_CACHE_HOME", home, "BACKPLANE_PJRT", plugin.toString())));
    assertEquals(List.of(), files(Map.of("XDG_CACHE_HOME", home, "BACKPLANE_PJRT", "")));
  }

  /** Also what is not there: its backend says so, where a probe would be silent. */
  @Test
  void aListedFileNeedNotBeThere() {
    var absent = folder.resolve("absent.so").toString();
    var found = PjrtProbe.of(Map.of("BACKPLANE_PJRT", absent), Optional.empty()).find();
    assertEquals(
        List.of(Map.<String, Object>of("type", "pjrt", "file", absent)),
        found.stream().map(Hardware::attributes).toList());
  }

  /** So that the backend is there to say that it holds no plugin. */
  @Test
  void aListedFolderWithoutPluginsCountsItself() throws IOException {
    var empty = Files.createDirectories(folder.resolve("empty/deep/deeper/deepest"));
    Files.createFile(empty.resolve("too-deep.so"));
    var listed = folder.resolve("empty").toString();
    assertEquals(List.of(listed), files(Map.of("BACKPLANE_PJRT", listed)));
    Files.createDirectories(folder.resolve("backplane/pjrt"));
    assertEquals(List.of(), files(Map.of("XDG_CACHE_HOME", folder.toString())));
  }
}
