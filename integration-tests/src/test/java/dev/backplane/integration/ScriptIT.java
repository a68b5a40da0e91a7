package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./backplane} in a copy of a tree that holds nothing but the script. */
class ScriptIT {
  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void copy() throws IOException {
    write(folder.resolve("backplane"), Files.readString(BuiltModule.root().resolve("backplane")));
    Files.createDirectories(folder.resolve("module"));
    Files.writeString(folder.resolve("pom.xml"), "");
    Files.writeString(folder.resolve("bnd.bnd"), "");
    Files.writeString(folder.resolve("module/pom.xml"), "");
  }

  private static void write(Path script, String text) throws IOException {
    Files.createDirectories(script.getParent());
    Files.writeString(script, text);
    assertTrue(script.toFile().setExecutable(true));
  }

  /** A stand-in for Maven on the path that answers for its version and then does {@code body}. */
  private String maven(String version, String body) throws IOException {
    var bin = folder.resolve("bin");
    write(
        bin.resolve("mvn"),
        """
        #!/bin/sh
        if [ "$1" = -version ]; then echo "Apache Maven %s"; exit 0; fi
        %s
        """
            .formatted(version, body));
    return bin + ":" + System.getenv("PATH");
  }

  private Launcher.Result run(String path, String... arguments)
      throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of(folder.resolve("backplane").toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(Map.of("PATH", path, "JAVA_HOME", System.getProperty("java.home")));
    builder.environment().putAll(environment);
    var process = builder.start();
    process.getOutputStream().close();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Launcher.Result(process.waitFor(), out, err);
  }

  @Test
  void withoutAJdkThatIsNewEnoughItSaysWhatToInstall() throws Exception {
    var script = folder.resolve("backplane");
    write(script, Files.readString(script).replace("needed_java=25", "needed_java=99"));
    var result = run(System.getenv("PATH"), "devices");
    assertEquals(1, result.exitCode(), result::toString);
    assertTrue(result.err().contains("no JDK 99 or newer with a compiler was found"));
  }

  /** A stand-in for a JDK that says what it was started with, in which locale. */
  private void jdk(Path jdk) throws IOException {
    write(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    write(jdk.resolve("bin/java"), "#!/bin/sh\necho \"LC_ALL=$LC_ALL\" \"$@\"\n");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"99.0.1\"\n");
  }

  private String assembling() throws IOException {
    return maven(
        "3.9.9", "mkdir -p '%s/launcher/assembly/target/assembly/bundles'".formatted(folder));
  }

  @Test
  void aJdkInTheHomeFolderIsFoundWhereTheOthersAreTooOld() throws Exception {
    var script = folder.resolve("backplane");
    write(script, Files.readString(script).replace("needed_java=25", "needed_java=99"));
    jdk(folder.resolve("home/.jdks/temurin-99"));
    environment.putAll(Map.of("HOME", folder.resolve("home").toString(), "TMPDIR", "/a folder"));
    var result = run(assembling(), "devices");
    assertEquals(0, result.exitCode(), result::toString);
    assertTrue(result.out().endsWith(" devices\n"), result::toString);
    assertTrue(result.out().contains(" -Djava.io.tmpdir=/a folder "), result::toString);
  }

  @Test
  void namesThatAreNotAsciiReachTheJvmInEveryLocale() throws Exception {
    var script = folder.resolve("backplane");
    write(script, Files.readString(script).replace("needed_java=25", "needed_java=99"));
    jdk(folder.resolve("home/.jdks/temurin-99"));
    environment.putAll(Map.of("HOME", folder.resolve("home").toString(), "LC_ALL", "C"));
    var path = assembling();
    assertTrue(run(path, "train", "--out", "runs").out().startsWith("LC_ALL=C "));
    // By way of the shell, as this JVM may be in a locale that has no such name.
    Files.move(script, folder.resolve("original"));
    write(script, "#!/bin/bash\nexec \"${0%/*}/original\" train --out $'l\\303\\244ufe'\n");
    assertTrue(run(path).out().startsWith("LC_ALL=C.UTF-8 "));
  }

  @Test
  void aMavenThatIsTooOldIsNamed() throws Exception {
    var result = run(maven("3.6.3", "exit 0"), "devices");
    assertEquals(1, result.exitCode(), result::toString);
    assertTrue(result.err().contains("Maven 3.8 or newer is needed"), result::toString);
    assertTrue(result.err().contains("3.6"), result::toString);
  }

  @Test
  void aFailedBuildShowsItsErrorsAndKeepsTheLog() throws Exception {
    var result =
        run(
            maven("3.9.9", "echo '[INFO] much'; echo '[ERROR] Foo.java:[3,1] broken'; exit 1"),
            "x");
    assertEquals(1, result.exitCode(), result::toString);
    assertTrue(result.err().contains("Foo.java:[3,1] broken"), result::toString);
    assertTrue(Files.readString(folder.resolve("target/build.log")).contains("[INFO] much"));
  }

  @Test
  void whatIsUpToDateIsNotBuiltAgain() throws Exception {
    var count = folder.resolve("count");
    var makeAssembly =
        "echo built >> %s; mkdir -p %s/launcher/assembly/target/assembly/bundles"
            .formatted(count, folder);
    var path = maven("3.8.7", makeAssembly);
    // The assembly is empty, so the JVM cannot start the launcher: only the builds are of interest.
    run(path, "devices");
    run(path, "devices");
    assertEquals(1, Files.readAllLines(count).size());
    Files.writeString(folder.resolve("module/pom.xml"), "<changed/>");
    run(path, "devices");
    assertEquals(2, Files.readAllLines(count).size());
    Files.delete(folder.resolve("bnd.bnd"));
    Files.writeString(folder.resolve("bnd.bnd"), "-new: true");
    run(path, "devices");
    assertEquals(3, Files.readAllLines(count).size());
  }

  @Test
  void theClassesThatABuildKeptAreUsedAndNeverMissed() throws Exception {
    var target = folder.resolve("launcher/assembly/target");
    var path =
        maven(
            "3.8.7",
            "mkdir -p %s; cp -r %s %s/assembly".formatted(target, AssemblyFolder.root(), target));
    assertQuiet(run(path, "recipes"));
    var kept = folder.resolve("target/classes.aot");
    var log = folder.resolve("loaded.txt");
    environment.put("BACKPLANE_JAVA_OPTIONS", "-Xlog:class+load:file=" + log);
    assertQuiet(run(path, "recipes"));
    var loaded = Files.readString(log);
    for (var name : List.of("org.eclipse.osgi.launch.Equinox", "dev.backplane.runtime.Engine")) {
      assertTrue(loaded.contains(name + " source: shared objects file"), name);
    }
    environment.remove("BACKPLANE_JAVA_OPTIONS");
    try (var file = FileChannel.open(kept, StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 2);
    }
    assertQuiet(run(path, "recipes"));
    Files.writeString(kept, "something else");
    assertQuiet(run(path, "recipes"));
    Files.delete(kept);
    assertQuiet(run(path, "recipes"));
    assertFalse(Files.exists(kept), "only a build makes it");
  }

  @Test
  void aBuildThatCannotKeepClassesIsABuild() throws Exception {
    var count = folder.resolve("count");
    var state = Files.createDirectories(folder.resolve("target"));
    var makeAssembly =
        "echo built >> %s; mkdir -p %s/launcher/assembly/target/assembly/bundles"
            .formatted(count, folder);
    var path = maven("3.8.7", makeAssembly);
    run(path, "devices");
    run(path, "devices");
    assertEquals(1, Files.readAllLines(count).size());
    assertFalse(Files.exists(state.resolve("classes.aot")));
  }

  private static void assertQuiet(Launcher.Result result) {
    assertEquals(0, result.exitCode(), result::toString);
    assertTrue(result.out().contains("iris-mlp"), result::toString);
    var said =
        result
            .err()
            .lines()
            .filter(l -> !l.startsWith("backplane: building"))
            .filter(l -> !l.equals("WARNING: Using incubator modules: jdk.incubator.vector"))
            .toList();
    assertEquals(List.of(), said);
    assertTrue(result.out().lines().noneMatch(l -> l.startsWith("[")), result::toString);
  }

  @Test
  void verifyRunsTheWholeSuiteOnTheJdkThatWasFound() throws Exception {
    var result = run(maven("3.8.7", "echo \"$JAVA_HOME: $*\"; exit 7"), "verify", "-o");
    assertEquals(7, result.exitCode(), result::toString);
    assertEquals(System.getProperty("java.home") + ": -B -ntp verify -o", result.lastLine());
  }
}
