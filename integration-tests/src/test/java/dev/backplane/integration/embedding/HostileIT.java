package dev.backplane.integration.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backplane.integration.AssemblyFolder;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that are not as one would like them: it works, or it says why it does not. */
class HostileIT {
  private static final List<String> TRAIN =
      List.of("train", "iris-mlp", "--epochs", "2", "--device", "cpu", "--out");

  @TempDir private Path folder;

  private static String[] launcher(List<String> options, List<String> command) {
    var jar = AssemblyFolder.root().resolve("backplane.jar").toString();
    return Stream.of(List.of("-Xmx512m"), options, List.of("-jar", jar), command)
        .flatMap(List::stream)
        .toArray(String[]::new);
  }

  private static List<String> train(String out) {
    var command = new ArrayList<>(TRAIN);
    command.add(out);
    return command;
  }

  private static void assertTrained(Jvm.Result result) {
    assertEquals(0, result.exitCode(), result::toString);
    assertTrue(result.out().contains("test_accuracy 0.8000"), result::toString);
  }

  /** On one core, in a locale with other digits and another small i, at a path with spaces. */
  @Test
  void oneCoreAForeignLocaleAndAnOddPathMakeNoDifference() throws Exception {
    var names = Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder();
    var odd = Files.createDirectories(folder.resolve(names.canEncode("ü") ? "a b/ünï" : "a b/c"));
    var jvm = Jvm.in(odd).with("BACKPLANE_CACHE", odd.resolve("cache")).with("LC_ALL", "C.UTF-8");
    var turkish = List.of("-Duser.language=tr", "-Duser.country=TR", "-XX:ActiveProcessorCount=1");
    assertTrained(jvm.java(launcher(turkish, train("two words"))));
    var arabic = List.of("-Duser.language=ar", "-Duser.country=EG");
    assertTrained(jvm.java(launcher(arabic, train("runs"))));
  }

  @Test
  void processesThatUnpackTheLibrariesAtTheSameTimeAllWork() throws Exception {
    var jvm = Jvm.in(folder).with("BACKPLANE_CACHE", folder.resolve("cache"));
    var starts = new ArrayList<Callable<Jvm.Result>>();
    for (var name : List.of("one", "two")) {
      starts.add(() -> jvm.java(launcher(List.of(), train(name))));
    }
    try (var threads = Executors.newFixedThreadPool(starts.size())) {
      for (var result : threads.invokeAll(starts)) {
        assertTrained(result.get());
      }
    }
  }

  @Test
  void withoutAFolderForTemporaryFilesItSaysWhichOneToName() throws Exception {
    var nowhere = List.of("-Djava.io.tmpdir=" + folder.resolve("nowhere"));
    var result = Jvm.in(folder).java(launcher(nowhere, List.of("devices")));
    assertEquals(1, result.exitCode(), result::toString);
    assertTrue(result.err().contains(folder.resolve("nowhere").toString()), result::toString);
    assertTrue(result.err().contains("name one that is: TMPDIR"), result::toString);
  }

  @Test
  void aTrainingThatIsLeftWithTheReferenceSaysWhy() throws Exception {
    var file = Files.createFile(folder.resolve("cache"));
    var train = List.of("train", "iris-mlp", "--epochs", "2", "--out", "run");
    var result = Jvm.in(folder).with("BACKPLANE_CACHE", file).java(launcher(List.of(), train));
    assertEquals(0, result.exitCode(), result::toString);
    assertTrue(result.out().contains("iris-mlp on reference"), result::toString);
    assertTrue(
        result.err().contains("which is slow, as no other can be used:\n  cpu: "),
        result::toString);
    assertTrue(result.err().contains(file.toString()), result::toString);
  }

  @Test
  void aCacheOnAFullDiskLeavesTheReferenceAndSaysHowMuchIsMissing() throws Exception {
    var result = onSmallDisk("size=2m");
    assertTrue(result.out().contains(" MB free, and the native libraries need "), result::toString);
    assertTrue(result.out().startsWith("reference "), result::toString);
  }

  @Test
  void aCacheThatIsMountedNoexecLeavesTheReferenceAndSaysSo() throws Exception {
    var result = onSmallDisk("size=200m,noexec");
    assertTrue(result.out().contains("is on a file system mounted noexec"), result::toString);
    assertTrue(result.out().startsWith("reference "), result::toString);
  }

  /** {@code devices} with its cache on a file system of its own, where this user may mount one. */
  private Jvm.Result onSmallDisk(String options) throws Exception {
    var disk = Files.createDirectories(folder.resolve("disk")).toString();
    var mount = "mount -t tmpfs -o " + options + " tmpfs '" + disk + "'";
    var jvm = Jvm.in(folder).with("BACKPLANE_CACHE", disk);
    var namespace = new String[] {"unshare", "-Urm", "sh", "-c"};
    assumeTrue(jvm.behind(namespace).run(mount).exitCode() == 0, "this user may not mount a disk");
    var command = "exec \"$0\" \"$@\"";
    var result =
        jvm.behind("unshare", "-Urm", "sh", "-c", mount + " && " + command)
            .java(launcher(List.of(), List.of("devices")));
    assertEquals(0, result.exitCode(), result::toString);
    return result;
  }
}
