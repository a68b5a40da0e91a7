package dev.backplane.integration.embedding;

import dev.backplane.integration.AssemblyFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files an embedder takes: the packaged jars of this build and those of others. */
final class Artifacts {
  private static final List<String> OURS =
      List.of("api", "runtime", "kit", "backend.cpu", "layers.core");
  private static final List<String> NATIVES = List.of("javacpp", "dnnl", "opencl");

  private Artifacts() {}

  /** What a user's dependencies come to on class and module path: the thin artifacts. */
  static List<Path> thin() {
    var found =
        Stream.of(ourThin(), natives(), onThePath(Stream.of("jackson-core")))
            .flatMap(List::stream)
            .toList();
    if (found.size() < OURS.size() + 2 * NATIVES.size() + 1) {
      throw new AssertionError("not all jars are there: " + found);
    }
    return found;
  }

  static List<Path> ourThin() {
    return onThePath(OURS.stream().map(name -> "dev.backplane." + name));
  }

  static List<Path> natives() {
    return onThePath(NATIVES.stream());
  }

  private static List<Path> onThePath(Stream<String> names) {
    var wanted =
        names.map(n -> Pattern.quote(n) + "-[0-9].*\\.jar").collect(Collectors.joining("|"));
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(jar -> jar.getFileName().toString().matches(wanted))
        .toList();
  }

  /** The bundles of the page on embedding, in the order of its table. */
  static List<Path> bundles() {
    return Stream.of(
            "dev.backplane.api",
            "dev.backplane.runtime",
            "dev.backplane.launcher.probe",
            "dev.backplane.layers.core",
            "dev.backplane.backend.cpu",
            "org.apache.felix.scr",
            "org.osgi.service.component",
            "org.osgi.util.promise",
            "org.osgi.util.function")
        .map(Artifacts::bundle)
        .toList();
  }

  private static Path bundle(String name) {
    return AssemblyFolder.bundles().stream()
        .filter(jar -> jar.getFileName().toString().startsWith(name + "-"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no bundle " + name));
  }

  static Path equinox() {
    return onThePath(Stream.of("org.eclipse.osgi")).getFirst();
  }

  /** What belongs to hosts, not to us; the build copies it aside, off this JVM's class path. */
  static Path host(String name) {
    var folder = Path.of("target", "hosts").toAbsolutePath();
    try (var jars = Files.list(folder)) {
      return jars.filter(jar -> jar.getFileName().toString().matches(name + "\\.jar"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + name + " in " + folder));
    } catch (IOException e) {
      throw new AssertionError("the build has not made " + folder, e);
    }
  }

  /** A class path or module path. */
  static String path(List<Path> entries) {
    return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** The same with an entry before and behind. */
  static String path(Path first, List<Path> entries) {
    return first + File.pathSeparator + path(entries);
  }

  /** The folder of the tests' own classes. */
  static Path tests() {
    return Path.of("target", "test-classes").toAbsolutePath();
  }
}
