package dev.backplane.backend.tpu.discovery;

import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.Plugin;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.pjrt.StableHloVersion;
import dev.backplane.backend.tpu.pjrt.UnusablePluginException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The child process that tries a plugin: loads it, makes a client, writes what it found to a file
 * and ends. It must stand alone: nothing but the binding and the JDK is there.
 */
public final class ProbeMain {
  /** A small group of each TPU that clouds have, as Google's plugin names them. */
  private static final List<String> TOPOLOGIES =
      List.of("v4:2x2x1", "v5e:2x2", "v5p:2x2x1", "v6e:2x2", "tpu7x:2x2x1");

  private ProbeMain() {}

  /**
   * Tries a plugin.
   *
   * @param arguments the plugin's file, and the file for the answer
   */
  public static void main(String[] arguments) throws IOException {
    Thread.ofPlatform().daemon().start(ProbeMain::endWithParent);
    var file = Path.of(arguments[0]);
    try (var out = Files.newBufferedWriter(Path.of(arguments[1]))) {
      ask(file).write(out);
    }
    // A plugin may have threads of its own, and exit handlers that nobody waits for.
    Runtime.getRuntime().halt(0);
  }

  /**
   * Nobody waits for the answer when whoever asked is gone, and a plugin that hangs would stay
   * behind: its end of the pipe is closed with it, however it ended.
   */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said.
      }
    } catch (IOException e) {
      // A pipe that is broken is as good as one that was closed.
    }
    Runtime.getRuntime().halt(1);
  }

  private static PluginAnswer ask(Path file) {
    Plugin plugin;
    try {
      plugin = Plugin.load(file);
    } catch (UnusablePluginException e) {
      return PluginAnswer.refused(file, String.valueOf(e.getMessage()));
    }
    try (var client = plugin.client(Map.of())) {
      return client.devices().isEmpty()
          ? withoutDevices(plugin, "it has no devices here")
          : withDevices(client);
    } catch (PjrtException e) {
      return withoutDevices(plugin, "it gives no client: " + e.getMessage());
    }
  }

  private static PluginAnswer withDevices(Client client) {
    var devices = new ArrayList<PluginAnswer.Kind>();
    for (var device : client.devices()) {
      long memory = device.memory().map(PluginDevice.Memory::limit).orElse(0L);
      devices.add(new PluginAnswer.Kind(device.kind(), memory));
    }
    return new PluginAnswer(
        client.plugin().path(),
        Optional.empty(),
        client.platform(),
        client.platformVersion(),
        client.plugin().minorVersion(),
        stableHlo(client.plugin()),
        devices,
        List.of());
  }

  /** Nothing runs on it here; it may still compile for hardware elsewhere. */
  private static PluginAnswer withoutDevices(Plugin plugin, String reason) {
    var topologies = TOPOLOGIES.stream().filter(name -> knows(plugin, name)).toList();
    return new PluginAnswer(
        plugin.path(),
        Optional.of(reason),
        "",
        "",
        plugin.minorVersion(),
        stableHlo(plugin),
        List.of(),
        topologies);
  }

  private static boolean knows(Plugin plugin, String name) {
    try (var topology = plugin.topology(name)) {
      return topology.platform().equals("tpu");
    } catch (PjrtException e) {
      return false;
    }
  }

  private static String stableHlo(Plugin plugin) {
    return plugin.stableHlo().map(StableHloVersion::toString).orElse("");
  }
}
