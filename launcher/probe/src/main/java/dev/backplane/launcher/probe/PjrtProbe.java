package dev.backplane.launcher.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Plugins of PJRT, as files: the probe loads none. Whether one can be used, and for what, its
 * backend finds out.
 *
 * <p>Attributes: {@code type=pjrt} and {@code file}.
 *
 * @param listed files and folders the user listed in {@code BACKPLANE_PJRT}; empty where it is not
 *     set
 * @param usual files and folders that count where it is not set, as far as they are there
 */
record PjrtProbe(Optional<String> listed, List<Path> usual) implements Probe {
  private static final int DEPTH = 2;

  static PjrtProbe ofHost() {
    var environment = System.getenv();
    return of(environment, Optional.ofNullable(System.getProperty("backplane.pjrt")));
  }

  static PjrtProbe of(Map<String, String> environment, Optional<String> property) {
    var library = environment.getOrDefault("TPU_LIBRARY_PATH", "");
    return new PjrtProbe(
        property.or(() -> Optional.ofNullable(environment.get("BACKPLANE_PJRT"))),
        Stream.of(
                cache(environment).resolve("pjrt"),
                Path.of(library.isBlank() ? "/lib/libtpu.so" : library),
                Path.of("/lib/libtpu.so"),
                Path.of("/usr/lib/libtpu.so"))
            .filter(Files::exists)
            .toList());
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

  @Override
  public List<Hardware> find() {
    var files = new TreeSet<Path>();
    var places =
        listed
            .map(
                text ->
                    Stream.of(text.split(":"))
                        .filter(each -> !each.isBlank())
                        .map(Path::of)
                        .toList())
            .orElse(usual);
    for (var place : places) {
      var found = Files.isDirectory(place) ? sharedObjects(place) : List.<Path>of();
      files.addAll(found);
      if (found.isEmpty() && (listed.isPresent() || !Files.isDirectory(place))) {
        files.add(place.toAbsolutePath().normalize());
      }
    }
    return files.stream().map(PjrtProbe::hardware).toList();
  }

  private static List<Path> sharedObjects(Path folder) {
    try (var files = Files.find(folder, DEPTH, (file, about) -> file.toString().endsWith(".so"))) {
      return files.map(file -> file.toAbsolutePath().normalize()).toList();
    } catch (IOException | UncheckedIOException e) {
      return List.of();
    }
  }

  /** A path is no id: it is hashed. */
  private static Hardware hardware(Path file) {
    return new Hardware(
        "pjrt." + Integer.toHexString(file.toString().hashCode()),
        Map.of("type", "pjrt", "file", file.toString()));
  }
}
