package dev.backplane.backend.tpu.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where plugins are looked for.
 *
 * <p>{@code BACKPLANE_PJRT} (or the system property {@code backplane.pjrt}) lists files and
 * folders, separated as in {@code PATH}; then only they count, and an empty one means none. Without
 * it: the folder {@code pjrt} of the cache, the file {@code TPU_LIBRARY_PATH} names, and where the
 * images of TPU hosts have {@code libtpu.so}. A folder stands for the shared objects in it and in
 * its folders.
 *
 * @param listed files and folders that were asked for; empty where nobody asked
 * @param cache the folder of the cache
 * @param usual files of which each counts where it exists
 */
public record PluginFiles(Optional<List<Path>> listed, Path cache, List<Path> usual) {
  private static final String FOLDER = "pjrt";
  private static final int DEPTH = 2;

  /** As this process has been told. */
  public static PluginFiles ofProcess() {
    return of(System.getenv(), Optional.ofNullable(System.getProperty("backplane.pjrt")));
  }

  /** As an environment and a system property say. */
  static PluginFiles of(Map<String, String> environment, Optional<String> property) {
    var listed = property.or(() -> Optional.ofNullable(environment.get("BACKPLANE_PJRT")));
    var usual =
        Stream.of(
                environment.getOrDefault("TPU_LIBRARY_PATH", ""),
                "/lib/libtpu.so",
                "/usr/lib/libtpu.so")
            .filter(name -> !name.isBlank())
            .map(Path::of)
            .toList();
    return new PluginFiles(
        listed.map(
            text -> Stream.of(text.split(":")).filter(p -> !p.isBlank()).map(Path::of).toList()),
        cache(environment),
        usual);
  }

  private static Path cache(Map<String, String> environment) {
    var told =
        Optional.ofNullable(System.getProperty("backplane.cache"))
            .or(() -> Optional.ofNullable(environment.get("BACKPLANE_CACHE")))
            .filter(text -> !text.isBlank());
    if (told.isPresent()) {
      return Path.of(told.get());
    }
    var xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (xdg.startsWith("/")) {
      return Path.of(xdg, "backplane");
    }
    var home = environment.getOrDefault("HOME", "");
    return Path.of(home.isBlank() ? System.getProperty("user.home") : home, ".cache", "backplane");
  }

  /**
   * The files, each once, by real path; what was listed and is not there, or is a folder without
   * any, too: to be complained of.
   */
  public List<Path> find() {
    var found = new LinkedHashSet<Path>();
    if (listed.isPresent()) {
      for (var each : listed.get()) {
        if (!add(each, found)) {
          found.add(real(each));
        }
      }
    } else {
      if (Files.isDirectory(cache.resolve(FOLDER))) {
        add(cache.resolve(FOLDER), found);
      }
      usual.stream().filter(Files::exists).forEach(each -> add(each, found));
    }
    return List.copyOf(found);
  }

  /** Gives whether there was any. */
  private static boolean add(Path fileOrFolder, Set<Path> found) {
    if (!Files.isDirectory(fileOrFolder)) {
      found.add(real(fileOrFolder));
      return true;
    }
    try (var files = Files.find(fileOrFolder, DEPTH, (file, about) -> isSharedObject(file))) {
      var plugins = files.sorted().map(PluginFiles::real).toList();
      found.addAll(plugins);
      return !plugins.isEmpty();
    } catch (IOException | UncheckedIOException e) {
      // A folder that cannot be read is reported as a plugin that cannot be.
      found.add(real(fileOrFolder));
      return true;
    }
  }

  private static boolean isSharedObject(Path file) {
    return file.toString().endsWith(".so") && Files.isRegularFile(file);
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException | InvalidPathException e) {
      return file.toAbsolutePath().normalize();
    }
  }
}
