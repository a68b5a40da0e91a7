package dev.backplane.integration.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.integration.AssemblyFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The code of {@code docs/embedding.md} with the flags of the README's table: enough for a JVM that
 * refuses all else, and what each does without them.
 */
class EmbeddingIT {
  private static final String VECTOR = "accuracy 1.00 on cpu: oneDNN and vector kernels\n";
  private static final String SCALAR =
      "accuracy 1.00 on cpu: oneDNN and scalar kernels, because --add-modules jdk.incubator.vector"
          + " is missing\n";
  private static final String INCUBATOR =
      "WARNING: Using incubator modules: jdk.incubator.vector\n";

  @TempDir private Path folder;
  private EmbeddingPage page;
  private Jvm jvm;

  @BeforeEach
  void page() throws Exception {
    page = EmbeddingPage.writtenTo(folder.resolve("page"));
    jvm = Jvm.in(folder);
  }

  private static void assertTrained(String expected, Jvm.Result result) {
    assertEquals(expected, result.out(), result::toString);
    assertEquals("", result.err().replace(INCUBATOR, ""), result::toString);
    assertEquals(0, result.exitCode(), result::toString);
  }

  private static void assertRefused(HostFlags flags, Jvm.Result result) throws Exception {
    assertEquals(1, result.exitCode(), result::toString);
    var expected =
        "the JVM refuses native access; start it with " + flags.nativeAccess().getFirst();
    assertTrue(result.err().contains(expected), result::toString);
    assertTrue(result.err().contains("reference (score 1)"), result::toString);
  }

  private String[] onClassPath(String device) throws Exception {
    return new String[] {
      "--class-path", Artifacts.path(page.application(), Artifacts.thin()), "acme.Main", device
    };
  }

  private String[] onModulePath(String device) throws Exception {
    return new String[] {
      "--module-path",
      Artifacts.path(page.module(), Artifacts.thin()),
      "--module",
      "acme/acme.Main",
      device
    };
  }

  @Test
  void onTheClassPathTheFlagsOfTheTableAreEnough() throws Exception {
    var flags = HostFlags.CLASS_PATH;
    assertTrained(VECTOR, jvm.java(flags.strictly(onClassPath("cpu"))));
    assertTrained(SCALAR, jvm.java(HostFlags.strictly(flags.nativeAccess(), onClassPath("auto"))));
  }

  @Test
  void onTheClassPathWithoutFlagsTheReferenceIsLeft() throws Exception {
    assertRefused(
        HostFlags.CLASS_PATH, jvm.java(HostFlags.strictly(List.of(), onClassPath("cpu"))));
    var auto = jvm.java(HostFlags.strictly(List.of(), onClassPath("auto")));
    assertTrue(auto.out().startsWith("accuracy 1.00 on reference: "), auto::toString);
    var warned = jvm.java(onClassPath("cpu"));
    assertEquals(SCALAR, warned.out(), warned::toString);
    assertTrue(warned.err().contains("Use --enable-native-access=ALL-UNNAMED"), warned::toString);
  }

  @Test
  void onTheModulePathTheFlagsOfTheTableAreEnough() throws Exception {
    var flags = HostFlags.MODULE_PATH;
    assertTrained(VECTOR, jvm.java(flags.strictly(onModulePath("cpu"))));
    assertRefused(flags, jvm.java(HostFlags.strictly(List.of(), onModulePath("cpu"))));
  }

  @Test
  void inAFrameworkOfTheHostsOwnTheFlagsOfTheTableAreEnough() throws Exception {
    var bundles = Files.createDirectory(folder.resolve("bundles"));
    var jars =
        Stream.concat(
            Artifacts.bundles().stream(),
            Stream.of(page.bundle(), TestJar.of(folder, TrainOnceAndStop.class)));
    for (var jar : jars.toList()) {
      Files.copy(jar, bundles.resolve(jar.getFileName()));
    }
    var host = Artifacts.path(page.host(), List.of(Artifacts.equinox()));
    var storage = folder.resolve("storage").toString();
    assertTrained(
        VECTOR,
        jvm.java(
            HostFlags.OSGI.strictly(
                "--class-path", host, "acme.host.Host", storage, bundles.toString())));
  }

  @Test
  void theLaunchersJarStartsByItself() throws Exception {
    var jar = AssemblyFolder.root().resolve("backplane.jar").toString();
    var devices = jvm.java(HostFlags.LAUNCHER_JAR.strictly("-jar", jar, "devices"));
    assertEquals(0, devices.exitCode(), devices::toString);
    assertEquals("", devices.err().replace(INCUBATOR, ""), devices::toString);
    assertTrue(devices.out().contains("oneDNN and vector kernels"), devices::toString);
    var train =
        jvm.java(
            "-jar", jar, "train", "iris-mlp", "--epochs", "1", "--device", "cpu", "--out", "run");
    assertEquals(0, train.exitCode(), train::toString);
    assertFalse(train.err().contains("native access"), train::toString);
    assertTrue(Files.isDirectory(folder.resolve("run")), train::toString);
  }

  @Test
  void theLauncherStartsOnAModulePathThatNamesNoRoots() throws Exception {
    var devices =
        jvm.java(
            "--enable-native-access=ALL-UNNAMED",
            "--module-path",
            AssemblyFolder.root().resolve("boot").toString(),
            "--module",
            "dev.backplane.launcher.boot/dev.backplane.launcher.boot.Main",
            "devices");
    assertEquals(0, devices.exitCode(), devices::toString);
    assertTrue(devices.out().contains("scalar kernels, because --add-modules"), devices::toString);
  }
}
