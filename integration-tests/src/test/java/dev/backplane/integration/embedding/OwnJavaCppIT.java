package dev.backplane.integration.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Beside an application that has a JavaCPP of its own, another version: both work, whoever is first
 * on the path and whoever uses it first, and nothing of the application's is changed.
 */
class OwnJavaCppIT {
  private static final String TRAINED = "accuracy 1.00 on cpu: oneDNN and vector kernels";
  private static final String UNCHANGED = "changed in the JVM: {}";

  @TempDir private Path folder;

  private static List<Path> theirs() {
    return List.of(Artifacts.host("javacpp"), Artifacts.host("javacpp-linux-x86_64"));
  }

  private static List<Path> path(Path application, String order) {
    var ours = Artifacts.natives();
    var own =
        ours.stream().filter(jar -> jar.getFileName().toString().startsWith("javacpp")).toList();
    var rest =
        Stream.concat(
                Artifacts.thin().stream().filter(jar -> !own.contains(jar)), Stream.of(application))
            .toList();
    var parts =
        switch (order) {
          case "theirs first" -> List.of(theirs(), own, rest);
          case "ours first" -> List.of(own, theirs(), rest);
          case "theirs alone" -> List.of(theirs(), rest);
          default -> throw new IllegalArgumentException(order);
        };
    return parts.stream().flatMap(List::stream).toList();
  }

  private void assertBothWork(String use, String version, Jvm.Result result) {
    var lines = result.out().lines().toList();
    assertEquals(0, result.exitCode(), result::toString);
    assertTrue(lines.contains(TRAINED), result::toString);
    assertEquals(UNCHANGED, lines.getLast(), result::toString);
    var own = lines.stream().filter(line -> line.startsWith("own JavaCPP")).toList();
    assertEquals(use.equals("application-first") ? 2 : 1, own.size(), result::toString);
    for (var line : own) {
      var expected = "own JavaCPP " + version + ": 42, collects garbage: true, ";
      assertTrue(line.startsWith(expected), result::toString);
    }
    if (use.equals("application-first")) {
      assertEquals(own.getFirst(), own.getLast(), "where it unpacks");
    }
  }

  @ParameterizedTest(name = "class path, {0}, {1}")
  @CsvSource({
    "theirs first, application-first, 1.5.12",
    "theirs alone, backplane-first, 1.5.12",
    "ours first, application-first, 1.5.13",
    "ours first, backplane-first, 1.5.13"
  })
  void onTheClassPath(String order, String use, String version) throws Exception {
    var page = EmbeddingPage.writtenTo(folder.resolve("page"));
    var path = Artifacts.path(Artifacts.tests(), path(page.application(), order));
    var result =
        Jvm.in(folder)
            .java(
                HostFlags.CLASS_PATH.strictly(
                    "--class-path", path, OwnJavaCpp.class.getName(), use, "acme.Main"));
    assertBothWork(use, version, result);
  }

  @ParameterizedTest(name = "module path, {0}, {1}")
  @CsvSource({"theirs first, application-first, 1.5.12", "ours first, backplane-first, 1.5.13"})
  void onTheModulePath(String order, String use, String version) throws Exception {
    var page = EmbeddingPage.writtenTo(folder.resolve("page"));
    var arguments =
        HostFlags.MODULE_PATH.strictly(
            "--module-path",
            Artifacts.path(path(page.module(), order)),
            "--add-modules",
            "acme",
            "--add-exports=acme/acme=ALL-UNNAMED",
            "--class-path",
            Artifacts.tests().toString(),
            OwnJavaCpp.class.getName(),
            use,
            "acme.Main");
    assertBothWork(use, version, Jvm.in(folder).java(arguments));
  }

  /** Two JavaCPPs in one process: the application's bundles, and the one inside ours. */
  @Test
  void inAFrameworkEachHasItsOwn() throws Exception {
    var page = EmbeddingPage.writtenTo(folder.resolve("page"));
    var arguments = new ArrayList<String>();
    arguments.addAll(
        List.of("--class-path", Artifacts.path(Artifacts.tests(), List.of(Artifacts.equinox()))));
    arguments.addAll(
        List.of(
            ForeignHost.class.getName(), folder.resolve("storage").toString(), "each", "1", "2"));
    var bundles =
        Stream.of(
                Artifacts.bundles(),
                theirs(),
                List.of(
                    Artifacts.host("slf4j-api"),
                    Artifacts.host("slf4j-nop"),
                    page.bundle(),
                    TestJar.of(folder, OwnJavaCpp.Activator.class, "org.bytedeco.javacpp")))
            .flatMap(List::stream);
    bundles.forEach(bundle -> arguments.add(bundle.toString()));
    var flags =
        Stream.of(List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"), HostFlags.OSGI.all());
    var result =
        Jvm.in(folder)
            .java(
                HostFlags.strictly(
                    flags.flatMap(List::stream).toList(), arguments.toArray(String[]::new)));
    assertEquals(0, result.exitCode(), result::toString);
    for (var line : result.out().lines().toList()) {
      assertTrue(line.contains(": " + TRAINED + "; "), result::toString);
      assertTrue(
          line.contains("; own JavaCPP 1.5.12: 42, collects garbage: true, "), result::toString);
      assertFalse(line.contains(" became "), result::toString);
      assertTrue(line.endsWith(UNCHANGED), result::toString);
    }
    assertEquals(2, result.out().lines().count(), result::toString);
  }
}
