package dev.backplane.backend.tpu.discovery;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What trying a plugin gave.
 *
 * @param file the plugin
 * @param refusal why it cannot be used; empty if it can
 * @param platform what it drives: {@code cpu}, {@code tpu}, {@code cuda}
 * @param platformVersion the version of that, in its words
 * @param minor the second number of the PJRT it speaks
 * @param stableHlo the newest StableHLO it understands; empty if it does not say
 * @param devices the kinds of its devices, with the memory of each in bytes, 0 where unknown
 * @param topologies names of hardware it compiles for although it is not here; looked for only
 *     where it has no devices
 */
public record PluginAnswer(
    Path file,
    Optional<String> refusal,
    String platform,
    String platformVersion,
    int minor,
    String stableHlo,
    List<Kind> devices,
    List<String> topologies) {
  /** Copies. */
  public PluginAnswer {
    devices = List.copyOf(devices);
    topologies = List.copyOf(topologies);
  }

  /**
   * A device.
   *
   * @param name what the plugin calls its kind
   * @param memory in bytes; 0 where unknown
   */
  public record Kind(String name, long memory) {}

  /** A plugin that cannot be used. */
  public static PluginAnswer refused(Path file, String reason) {
    return new PluginAnswer(file, Optional.of(reason), "", "", 0, "", List.of(), List.of());
  }

  /** Writes it, but for the file. */
  void write(Writer out) throws IOException {
    var properties = new Properties();
    refusal.ifPresent(reason -> properties.setProperty("refusal", reason));
    properties.setProperty("platform", platform);
    properties.setProperty("platform.version", platformVersion);
    properties.setProperty("pjrt.minor", String.valueOf(minor));
    properties.setProperty("stablehlo", stableHlo);
    for (int i = 0; i < devices.size(); i++) {
      properties.setProperty("device." + i, devices.get(i).name());
      properties.setProperty("memory." + i, String.valueOf(devices.get(i).memory()));
    }
    properties.setProperty("topologies", String.join(" ", topologies));
    properties.store(out, null);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is nothing of the kind
   */
  static PluginAnswer read(Path file, Reader in) throws IOException {
    var properties = new Properties();
    properties.load(in);
    var devices = new ArrayList<Kind>();
    try {
      for (int i = 0; properties.getProperty("device." + i) != null; i++) {
        devices.add(
            new Kind(
                properties.getProperty("device." + i, ""),
                Long.parseLong(properties.getProperty("memory." + i, "0"))));
      }
      return new PluginAnswer(
          file,
          Optional.ofNullable(properties.getProperty("refusal")),
          properties.getProperty("platform", ""),
          properties.getProperty("platform.version", ""),
          Integer.parseInt(properties.getProperty("pjrt.minor", "")),
          properties.getProperty("stablehlo", ""),
          devices,
          Stream.of(properties.getProperty("topologies", "").split(" "))
              .filter(name -> !name.isEmpty())
              .toList());
    } catch (IllegalArgumentException e) {
      throw new IOException("no answer of a plugin: " + e.getMessage(), e);
    }
  }
}
