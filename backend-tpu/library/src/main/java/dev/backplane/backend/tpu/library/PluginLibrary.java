package dev.backplane.backend.tpu.library;

import dev.backplane.backend.tpu.library.internal.SharedObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * A PJRT plugin that is loaded. {@code dlclose} is never called: a plugin that is unloaded leaves
 * exit handlers behind that point into nothing, and the process dies with them.
 *
 * <p>Thread-safe.
 */
public final class PluginLibrary {
  /** By real path. Static: the whole process has one table, as it has one dynamic linker. */
  private static final Map<Path, PluginLibrary> LOADED = new HashMap<>();

  private final Path path;
  private final Stamp stamp;
  private final long api;
  private boolean initialized;

  private PluginLibrary(Path path, Stamp stamp, long api) {
    this.path = path;
    this.stamp = stamp;
    this.api = api;
  }

  /** What tells a file from one that was put in its place. */
  private record Stamp(long bytes, long modified) {
    static Stamp of(Path file) throws IOException {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.size(), attributes.lastModifiedTime().toMillis());
    }
  }

  /**
   * The plugin in a file, loaded if it is not yet. The file is loaded into this process: whoever is
   * not sure of it tries it in a child process first.
   *
   * @throws IOException if the file cannot be read or loaded, is no PJRT plugin, or is another than
   *     the one of this path that was loaded before
   */
  public static synchronized PluginLibrary load(Path file) throws IOException {
    var path = file.toRealPath();
    var stamp = Stamp.of(path);
    var loaded = LOADED.get(path);
    if (loaded == null) {
      loaded = new PluginLibrary(path, stamp, SharedObject.pjrtApi(path));
      LOADED.put(path, loaded);
    } else if (!loaded.stamp.equals(stamp)) {
      throw new IOException(
          path + " was replaced after it was loaded: restart needed, a library is loaded once");
    }
    return loaded;
  }

  /** How many plugins this process has loaded. */
  public static synchronized int loaded() {
    return LOADED.size();
  }

  /** The file, without links. */
  public Path path() {
    return path;
  }

  /** The address of its {@code PJRT_Api}, which stays as long as the process. */
  public long api() {
    return api;
  }

  /**
   * Does what has to be done once, before anything else is asked of the plugin. Until it has
   * succeeded the next caller tries again.
   */
  public synchronized void initialize(Runnable once) {
    if (!initialized) {
      once.run();
      initialized = true;
    }
  }
}
