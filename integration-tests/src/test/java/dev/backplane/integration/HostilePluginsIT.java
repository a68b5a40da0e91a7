package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are no good plugins of PJRT, given to the packaged launcher: each is a reason. */
class HostilePluginsIT {
  @TempDir Path folder;

  private Launcher.Result run(List<Path> plugins, String... arguments) throws Exception {
    var listed = String.join(":", plugins.stream().map(Path::toString).toList());
    return new Launcher(folder)
        .start(
            Map.of("BACKPLANE_PJRT", listed, "BACKPLANE_CACHE", folder.resolve("cache").toString()),
            List.of(),
            arguments)
        .await();
  }

  private Path written(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static void assertSays(String part, String text) {
    assertTrue(text.contains(part), () -> "expected \"" + part + "\" in: " + text);
  }

  @Test
  void devicesTellsWhatIsWrongWithEach() throws Exception {
    var library = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    var bytes = Files.readAllBytes(library);
    var other = bytes.clone();
    other[18] = (byte) 183;
    var devices =
        run(
            List.of(
                folder.resolve("absent.so"),
                Files.createDirectories(folder.resolve("empty/folder")).getParent(),
                written("text.so", "I am no library.".repeat(10).getBytes()),
                written("short.so", Arrays.copyOf(bytes, bytes.length / 2)),
                written("other.so", other),
                written("noplugin.so", bytes)),
            "devices");
    assertEquals(0, devices.exitCode(), devices::toString);
    assertSays("there is no such file", devices.out());
    assertSays("it is a folder that holds no plugin", devices.out());
    assertSays("it is no shared object", devices.out());
    assertSays("it is cut short", devices.out());
    assertSays("it is made for aarch64", devices.out());
    assertSays("it has no GetPjrtApi", devices.out());
  }

  @Test
  void whoAsksForADeviceThatItDoesNotGiveIsToldWhy() throws Exception {
    var empty = Files.createDirectories(folder.resolve("empty/folder")).getParent();
    var trained = run(List.of(empty), "train", "iris-mlp", "--device", "pjrt-cpu:0");
    assertEquals(2, trained.exitCode(), trained::toString);
    assertSays("there is no device 'pjrt-cpu:0'; there is cpu, pjrt:empty", trained.err());
    assertSays("pjrt:empty: it is a folder that holds no plugin", trained.err());

    var why = run(List.of(empty), "why");
    assertEquals(0, why.exitCode(), why::toString);
    assertSays("unusable  device pjrt:empty\n          it is a folder that holds", why.out());
  }

  @Test
  void toTrainOnOneIsRefusedWithTheReason() throws Exception {
    var text = written("text.so", "I am no library.".repeat(10).getBytes());
    var trained = run(List.of(text), "train", "iris-mlp", "--device", "pjrt:text.so");
    assertEquals(3, trained.exitCode(), trained::toString);
    assertSays("it is no shared object", trained.err());
  }
}
