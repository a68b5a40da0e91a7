package dev.backplane.backend.tpu.discovery;

import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.Plugin;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.pjrt.StableHloVersion;
import dev.backplane.backend.tpu.pjrt.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;

/**
 * The child process that tries a plugin: loads it, makes a client, writes what it found to a file
 * and ends. It must stand alone: nothing but the binding and the JDK is there.
 */
public final class ProbeMain {
  private ProbeMain() {}

  /**
   * Tries a plugin.
   *
   * @param arguments the plugin's file, and the file for the answer
   */
  public static void main(String[] arguments) throws IOException {
    var file = Path.of(arguments[0]);
    try (var out = Files.newBufferedWriter(Path.of(arguments[1]))) {
      ask(file).write(out);
    }
    // A plugin may have threads of its own, and exit handlers that nobody waits for.
    Runtime.getRuntime().halt(0);
  }

  private static PluginAnswer ask(Path file) {
    try {
      var plugin = Plugin.load(file);
      try (var client = plugin.client(Map.of())) {
        var devices = new ArrayList<PluginAnswer.Kind>();
        for (var device : client.devices()) {
          long memory = device.memory().map(PluginDevice.Memory::limit).orElse(0L);
          devices.add(new PluginAnswer.Kind(device.kind(), memory));
        }
        return new PluginAnswer(
            file,
            devices.isEmpty() ? Optional.of("it has no devices here") : Optional.empty(),
            client.platform(),
            client.platformVersion(),
            plugin.minorVersion(),
            plugin.stableHlo().map(StableHloVersion::toString).orElse(""),
            devices);
      }
    } catch (UnusablePluginException e) {
      return PluginAnswer.refused(file, String.valueOf(e.getMessage()));
    } catch (PjrtException e) {
      return PluginAnswer.refused(file, "it gives no client: " + e.getMessage());
    }
  }
}
