package dev.backplane.backend.cpu.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * The oneDNN that this process has mapped already. It stays mapped when the bundle that brought it
 * goes, and whoever loads one of the same name gets it, however new theirs is: the C library's
 * loader goes by the name.
 */
final class MappedOneDnn {
  private static final String NAME = "libdnnl.so.3";
  private static final String RESOURCE = "org/bytedeco/dnnl/linux-x86_64/" + NAME;
  private static final String ABOUT = "META-INF/maven/org.bytedeco/dnnl/pom.properties";
  private static final int HEAD = 4096;

  private MappedOneDnn() {}

  /**
   * Why the library of this bundle cannot be loaded any more in this process; empty if none is
   * mapped, or the very same one.
   *
   * @param folder where ours is unpacked
   */
  static Optional<String> refusal(Path folder) {
    for (var path : mapped()) {
      if (!path.startsWith(folder) && !isOurs(path)) {
        return Optional.of(
            "restart needed: this process has oneDNN "
                + version()
                + " mapped from "
                + path
                + ", the bundle brings "
                + packed());
      }
    }
    return Optional.empty();
  }

  private static List<Path> mapped() {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains("/" + NAME))
          .map(line -> line.substring(line.indexOf('/')).replace(" (deleted)", ""))
          .distinct()
          .map(Path::of)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Whether a file has our library's length and first page, in which is its build id. */
  private static boolean isOurs(Path path) {
    var url = NativeCache.resource(RESOURCE);
    if (url.isEmpty()) {
      return false;
    }
    try {
      var connection = url.get().openConnection();
      connection.setUseCaches(false);
      try (var theirs = Files.newInputStream(path);
          InputStream ours = connection.getInputStream()) {
        return connection.getContentLengthLong() == Files.size(path)
            && Arrays.equals(ours.readNBytes(HEAD), theirs.readNBytes(HEAD));
      }
    } catch (IOException e) {
      // It has been removed since, as the folder of an application's own JavaCPP may be.
      return false;
    }
  }

  /** What the mapped one says of itself. */
  private static String version() {
    // By its name alone, which is how the one that is mapped is found and no other is loaded.
    try (var arena = Arena.ofConfined()) {
      var linker = Linker.nativeLinker();
      var library = SymbolLookup.libraryLookup(NAME, arena);
      var call =
          linker.downcallHandle(
              library.findOrThrow("dnnl_version"), FunctionDescriptor.of(ADDRESS));
      var numbers = ((MemorySegment) call.invokeExact()).reinterpret(3 * JAVA_INT.byteSize());
      return numbers.getAtIndex(JAVA_INT, 0)
          + "."
          + numbers.getAtIndex(JAVA_INT, 1)
          + "."
          + numbers.getAtIndex(JAVA_INT, 2);
    } catch (Throwable e) {
      return "of a version it does not tell";
    }
  }

  /** The version in the jar, as its Maven coordinates have it: {@code 3.11} of 3.11-1.5.13. */
  private static String packed() {
    var loader = MappedOneDnn.class.getClassLoader();
    try (var in = loader == null ? null : loader.getResourceAsStream(ABOUT)) {
      if (in != null) {
        var about = new Properties();
        about.load(in);
        return about.getProperty("version", "another").replaceAll("-.*", "");
      }
    } catch (IOException e) {
      return "another";
    }
    return "another";
  }
}
