package dev.backplane.backend.cpu.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Where the native libraries are unpacked: a folder of the shared cache named by their contents, so
 * that versions never meet. Nothing here loads a native library.
 */
public final class NativeCache {
  private static final String FOLDER = "org.bytedeco.javacpp.cachedir";
  private static final String NO_COLLECTOR = "org.bytedeco.javacpp.nopointergc";

  private static final List<String> LIBRARIES =
      List.of(
          "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so",
          "org/bytedeco/dnnl/linux-x86_64/libdnnl.so.3",
          "org/bytedeco/dnnl/linux-x86_64/libjnidnnl.so",
          "org/bytedeco/dnnl/linux-x86_64/libgomp.so.1");

  /** The libraries of one class loader stay the same, and are read once. */
  private static @Nullable String identity;

  /** Nobody counts the bytes where there are as many. */
  private static final long AMPLE = 1L << 28;

  private static final String ELSEWHERE =
      ", so the native libraries cannot be unpacked; set BACKPLANE_CACHE to a folder that can be"
          + " written";

  private NativeCache() {}

  /**
   * The cache of this user, the one that datasets are in: the system property {@code
   * backplane.cache}, then {@code BACKPLANE_CACHE}, else {@code backplane} in the XDG folder.
   */
  static Path shared() {
    var property = System.getProperty("backplane.cache", "");
    var given = property.isBlank() ? environment("BACKPLANE_CACHE") : property;
    if (!given.isBlank()) {
      return Path.of(given).toAbsolutePath().normalize();
    }
    var xdg = Path.of(environment("XDG_CACHE_HOME"));
    if (xdg.isAbsolute()) {
      return xdg.resolve("backplane");
    }
    var home = environment("HOME");
    return Path.of(home.isBlank() ? System.getProperty("user.home") : home, ".cache", "backplane");
  }

  private static String environment(String variable) {
    var value = System.getenv(variable);
    return value == null ? "" : value;
  }

  /** The folder of these very libraries. */
  static Path folder() {
    return shared().resolve("natives").resolve("cpu-" + identity());
  }

  /** Why the libraries cannot be unpacked or loaded there, and what would change that. */
  public static Optional<String> refusal() {
    var missing = LIBRARIES.stream().filter(name -> resource(name).isEmpty()).findFirst();
    if (missing.isPresent()) {
      return Optional.of(
          missing.get()
              + " is on no path: add the linux-x86_64 jars of org.bytedeco javacpp and dnnl, or use"
              + " the self-contained bundle");
    }
    var folder = folder();
    var existing = folder;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      return Optional.of(existing + " is no folder" + ELSEWHERE);
    }
    if (!Files.isWritable(existing)) {
      return Optional.of(existing + " cannot be written" + ELSEWHERE);
    }
    if (mountedNoexec(existing)) {
      return Optional.of(
          existing
              + " is on a file system mounted noexec, from which no library can be loaded; set"
              + " BACKPLANE_CACHE to a folder elsewhere");
    }
    try {
      // Only trying shows the folders that nobody can write to, such as those under /proc.
      Files.createDirectories(folder);
    } catch (IOException e) {
      return Optional.of(existing + " takes no folder" + ELSEWHERE);
    }
    var free = folder.toFile().getUsableSpace();
    if (free < AMPLE && free < lacking(folder)) {
      return Optional.of(
          folder
              + " has "
              + (free >> 20)
              + " MB free, and the native libraries need "
              + (lacking(folder) >> 20)
              + "; free some, or set BACKPLANE_CACHE to a folder elsewhere");
    }
    return MappedOneDnn.refusal(folder);
  }

  /** How many bytes of the libraries are not unpacked yet. */
  private static long lacking(Path folder) {
    try (var unpacked = Files.walk(folder)) {
      long bytes = 0;
      for (var name : LIBRARIES) {
        var url = resource(name);
        bytes += url.isPresent() ? url.get().openConnection().getContentLengthLong() : 0;
      }
      return bytes - unpacked.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    } catch (IOException e) {
      throw new UncheckedIOException("the cache " + folder + " cannot be read", e);
    }
  }

  /**
   * Makes JavaCPP unpack into {@link #folder}, without a thread that waits for garbage, by two
   * properties that it reads once; both are put back. An application's own JavaCPP, which has read
   * its properties before, stays as it is.
   */
  static void prepareJavaCpp() {
    synchronized (System.class) {
      boolean ours = Loader.class.getClassLoader() == NativeCache.class.getClassLoader();
      var folderBefore = System.getProperty(FOLDER);
      var collectorBefore = System.getProperty(NO_COLLECTOR);
      try {
        if (folderBefore == null) {
          System.setProperty(FOLDER, Files.createDirectories(folder()).toString());
        }
        if (ours && collectorBefore == null && !onAPath()) {
          System.setProperty(NO_COLLECTOR, "true");
        }
        File used = Loader.getCacheDir();
        Class.forName("org.bytedeco.javacpp.Pointer", true, Loader.class.getClassLoader());
        if (!used.isDirectory()) {
          throw new IOException(used + " is no folder");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the native libraries cannot be unpacked into "
                + folder()
                + "; set BACKPLANE_CACHE to a folder that can be written",
            e);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException("JavaCPP has no Pointer", e);
      } finally {
        restore(FOLDER, folderBefore);
        restore(NO_COLLECTOR, collectorBefore);
      }
    }
  }

  /**
   * On a class or module path JavaCPP may be shared with the application, whose collector stays.
   */
  private static boolean onAPath() {
    return Loader.class.getClassLoader() == ClassLoader.getSystemClassLoader();
  }

  private static void restore(String property, String before) {
    if (before == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, before);
    }
  }

  static Optional<URL> resource(String name) {
    var loader = NativeCache.class.getClassLoader();
    return Optional.ofNullable(loader == null ? null : loader.getResource(name));
  }

  /**
   * The checksum of the length and the first page of each library; the page holds the build id,
   * which the linker computed from all the contents. No digest: in a JVM that has just started it
   * would take longer than everything else here.
   */
  private static synchronized String identity() {
    var known = identity;
    if (known == null) {
      known = checksums();
      identity = known;
    }
    return known;
  }

  private static String checksums() {
    try {
      var sums = new StringBuilder();
      for (var name : LIBRARIES) {
        var sum = new CRC32();
        var url = resource(name);
        if (url.isPresent()) {
          var connection = url.get().openConnection();
          connection.setUseCaches(false);
          sum.update(
              Long.toString(connection.getContentLengthLong()).getBytes(StandardCharsets.UTF_8));
          try (InputStream in = connection.getInputStream()) {
            sum.update(in.readNBytes(4096));
          }
        }
        sums.append(HexFormat.of().toHexDigits((int) sum.getValue()));
      }
      return sums.toString();
    } catch (IOException e) {
      throw new UncheckedIOException("a native library in the jar cannot be read", e);
    }
  }

  private static boolean mountedNoexec(Path folder) {
    try {
      var real = folder.toRealPath();
      var best = Path.of("/");
      var options = "";
      for (var line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        var fields = line.split(" ");
        var mount = Path.of(fields[1].replace("\\040", " "));
        if (real.startsWith(mount) && mount.getNameCount() >= best.getNameCount()) {
          best = mount;
          options = fields[3];
        }
      }
      return List.of(options.split(",")).contains("noexec");
    } catch (IOException e) {
      return false;
    }
  }
}
