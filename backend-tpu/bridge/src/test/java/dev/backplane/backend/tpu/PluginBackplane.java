package dev.backplane.backend.tpu;

import dev.backplane.Backplane;
import java.util.stream.Collectors;

/**
 * A Backplane with the two real plugins, and no other, while it is open.
 *
 * @param backplane it
 * @param before what the property said that names plugins; null where it was not set
 */
record PluginBackplane(Backplane backplane, String before) implements AutoCloseable {
  private static final String PROPERTY = "backplane.pjrt";

  static PluginBackplane start() {
    var files = TestPlugins.all().map(which -> which.file().toString());
    var before = System.setProperty(PROPERTY, files.collect(Collectors.joining(":")));
    try {
      return new PluginBackplane(Backplane.start(), before);
    } catch (RuntimeException | Error e) {
      restore(before);
      throw e;
    }
  }

  @Override
  public void close() {
    backplane.close();
    restore(before);
  }

  private static void restore(String before) {
    if (before == null) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, before);
    }
  }
}
