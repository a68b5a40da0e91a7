package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.tpu.library.PluginLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A plugin that is loaded and ready for clients. */
public final class Plugin {
  private final PluginLibrary library;
  private final Api api;
  private final Map<String, String> attributes;

  private Plugin(PluginLibrary library, Api api) {
    this.library = library;
    this.api = api;
    attributes = attributes(api);
  }

  /**
   * Loads a plugin into this process, where it stays. What it says of itself is read before it is
   * initialised, which is when a plugin may first do harm.
   *
   * @throws UnusablePluginException if it cannot be loaded, speaks another PJRT, understands
   *     another StableHLO, or cannot be initialised
   */
  public static Plugin load(Path file) {
    try {
      var library = PluginLibrary.load(file);
      var plugin = new Plugin(library, Api.at(library.api()));
      plugin.refusal().ifPresent(reason -> refuse(file, reason));
      library.initialize(plugin::initialize);
      return plugin;
    } catch (IOException e) {
      throw new UnusablePluginException(String.valueOf(e.getMessage()), e);
    } catch (PjrtException e) {
      throw new UnusablePluginException(file + " cannot be initialised: " + e.getMessage(), e);
    }
  }

  private static void refuse(Path file, String reason) {
    throw new UnusablePluginException(file + ": " + reason);
  }

  private static Map<String, String> attributes(Api api) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 32);
      api.call(Function.PLUGIN_ATTRIBUTES, block);
      return NamedValues.read(block.get(JAVA_LONG, 16), block.get(JAVA_LONG, 24));
    }
  }

  /** Why the programs this backend writes are not for it, if they are not. */
  private Optional<String> refusal() {
    var newest = stableHlo();
    return newest.isPresent() && newest.get().compareTo(StableHloVersion.OLDEST) < 0
        ? Optional.of(
            "it understands StableHLO up to "
                + newest.get()
                + "; this backend writes and tests "
                + StableHloVersion.OLDEST
                + " and newer")
        : Optional.empty();
  }

  private void initialize() {
    try (var arena = Arena.ofConfined()) {
      api.call(Function.PLUGIN_INITIALIZE, Block.of(arena, 16));
    }
  }

  /** The file. */
  public Path path() {
    return library.path();
  }

  /** The version of PJRT it speaks, such as {@code 0.81}. */
  public String version() {
    return api.version();
  }

  /** The second number of that. */
  public int minorVersion() {
    return api.minor();
  }

  /** The newest StableHLO it understands, if it says so. */
  public Optional<StableHloVersion> stableHlo() {
    return Optional.ofNullable(attributes.get("stablehlo_current_version"))
        .flatMap(StableHloVersion::parse);
  }

  /** Everything it says of itself. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /**
   * Makes a client: a process's hold on the devices of a plugin.
   *
   * @param options numbers by name, such as {@code cpu_device_count}; older plugins overlook those
   *     they do not know, newer ones refuse them
   * @throws PjrtException if there are no devices, or something is in the way
   */
  public Client client(Map<String, Long> options) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 88);
      NamedValues.into(arena, block, 16, options);
      api.call(Function.CLIENT_CREATE, block);
      return new Client(this, api, block.get(JAVA_LONG, 64));
    }
  }

  /**
   * Hardware that need not be here.
   *
   * @param name as the plugin names it, such as {@code v5e:2x2}
   * @throws PjrtException if it knows no such hardware, or compiles only for what is here
   */
  public Topology topology(String name) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 56);
      Block.text(arena, block, 16, name);
      api.call(Function.TOPOLOGY_DESCRIPTION_CREATE, block);
      return new Topology(this, api, block.get(JAVA_LONG, 48));
    }
  }
}
