package dev.backplane.launcher.deployer.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.launcher.deployer.TestJar;
import dev.backplane.nn.Layer;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a file before anything of it runs. */
class PluginJarTest {
  @TempDir Path folder;

  record Thing() {}

  /** Registers two things under literal names and one under a name that is made as it runs. */
  static final class Three implements Extensions {
    @Override
    public List<Extension> list() {
      return List.of(
          Extension.of("acme.one", 1, Thing.class, MethodHandles.lookup()),
          Extension.of("acme.two", 2, Thing.class, MethodHandles.lookup())
              .withDefault("not.a.name", 1),
          Extension.of("acme." + this, 1, Thing.class, MethodHandles.lookup()));
    }
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("plugin.jar"), bytes);
  }

  private NoBundleException refused(Path file) {
    return assertThrows(NoBundleException.class, () -> PluginJar.read(file));
  }

  @Test
  void itsNameVersionPackagesAndLiteralNamesAreRead() throws Exception {
    var jar =
        PluginJar.read(
            file(
                TestJar.of("acme.plugin; singleton := true", "1.2.3")
                    .classFile(Three.class)
                    .bytes()));
    assertEquals("acme.plugin 1.2.3", jar.toString());
    assertTrue(jar.isSingleton());
    assertFalse(jar.isFragment());
    assertEquals(Set.of("acme.one", "acme.two"), jar.names());
    assertEquals(Set.of(Three.class.getPackageName()), jar.packages());
  }

  @Test
  void packagesOfAnEmbeddedJarAreItsOwn() throws Exception {
    var embedded = TestJar.of("library", "1").classFile(Layer.class).bytes();
    var plugin =
        TestJar.of("acme.plugin", "1")
            .header("Bundle-ClassPath", ".,lib/library.jar")
            .entry("lib/library.jar", embedded)
            .entry("lib/unused.jar", TestJar.of("x", "1").classFile(Three.class).bytes());
    assertEquals(Set.of("dev.backplane.nn"), PluginJar.read(file(plugin.bytes())).packages());
  }

  @Test
  void everyTruncationIsFoundIncomplete() throws Exception {
    var whole = TestJar.of("acme.plugin", "1").classFile(Three.class).bytes();
    for (int length = 0; length < whole.length; length += 7) {
      var e = refused(file(Arrays.copyOf(whole, length)));
      assertTrue(e.incomplete(), length + " bytes: " + e.getMessage());
    }
  }

  @Test
  void aHoleInTheMiddleIsFoundByTheChecksum() throws Exception {
    var data = new byte[10_000];
    new Random(1).nextBytes(data);
    var bytes = TestJar.of("acme.plugin", "1").entry("data", data).bytes();
    // In the middle of the entry: the directory and the end stay whole.
    Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 40, (byte) 0);
    assertTrue(refused(file(bytes)).incomplete());
  }

  @Test
  void aJarThatIsNoBundleSaysWhereItBelongs() throws Exception {
    var e = refused(file(TestJar.of("", "1").bytes()));
    assertTrue(e.getMessage().contains("no Bundle-SymbolicName"), e.getMessage());
    assertFalse(e.incomplete());
  }

  @Test
  void aVersionThatIsNoneIsNamed() throws Exception {
    var e = refused(file(TestJar.of("acme.plugin", "one").bytes()));
    assertTrue(e.getMessage().contains("malformed Bundle-Version"), e.getMessage());
  }

  @Test
  void foldersAndDanglingLinksAreNamed() throws Exception {
    var e = refused(Files.createDirectory(folder.resolve("folder.jar")));
    assertTrue(e.getMessage().contains("is a folder"), e.getMessage());
    e = refused(Files.createSymbolicLink(folder.resolve("link.jar"), folder.resolve("none")));
    assertTrue(e.getMessage().contains("link to a file that is not there"), e.getMessage());
  }
}
