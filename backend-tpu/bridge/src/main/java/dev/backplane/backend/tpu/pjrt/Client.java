package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A client of a plugin. It may compile on several threads at once. Whoever closes it has destroyed
 * its executables and buffers.
 */
public final class Client implements AutoCloseable {
  private static final String FORMAT = "mlir";

  private final Plugin plugin;
  private final Api api;
  private final long handle;
  private final List<PluginDevice> devices;
  private boolean closed;

  Client(Plugin plugin, Api api, long handle) {
    this.plugin = plugin;
    this.api = api;
    this.handle = handle;
    devices =
        LongStream.of(api.listOf(Function.CLIENT_ADDRESSABLE_DEVICES, handle))
            .mapToObj(device -> new PluginDevice(api, device))
            .toList();
  }

  /** Its plugin. */
  public Plugin plugin() {
    return plugin;
  }

  /** The devices this process may use. */
  public List<PluginDevice> devices() {
    return devices;
  }

  /** What hardware it drives: {@code cpu}, {@code tpu}, {@code cuda}. */
  public String platform() {
    return api.textOf(Function.CLIENT_PLATFORM_NAME, handle);
  }

  /** The version of that, in the plugin's words. */
  public String platformVersion() {
    return api.textOf(Function.CLIENT_PLATFORM_VERSION, handle);
  }

  Api api() {
    return api;
  }

  long handle() {
    return handle;
  }

  /**
   * Compiles a program.
   *
   * @param program in StableHLO, as text
   * @param on the devices it runs on, one for each replica
   * @param flags switches of the plugin's compiler for this program, by name
   * @throws PjrtException if it is not understood or does not compile
   */
  public LoadedProgram compile(String program, List<PluginDevice> on, Map<String, Boolean> flags) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 56, handle);
      block.set(ADDRESS, 24, program(arena, program));
      Block.bytes(arena, block, 32, options(on, flags).bytes());
      api.call(Function.CLIENT_COMPILE, block);
      return new LoadedProgram(api, block.get(JAVA_LONG, 48), on.size());
    }
  }

  /**
   * Loads what {@link LoadedProgram#serialized} gave for devices in the same places.
   *
   * @throws PjrtException if these are no such bytes, or another version of the plugin wrote them
   */
  public LoadedProgram load(byte[] serialized, List<PluginDevice> on) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 72, handle);
      Block.bytes(arena, block, 24, serialized);
      api.call(Function.EXECUTABLE_DESERIALIZE_AND_LOAD, block);
      return new LoadedProgram(api, block.get(JAVA_LONG, 40), on.size());
    }
  }

  private static CompileOptions options(List<PluginDevice> on, Map<String, Boolean> flags) {
    return new CompileOptions(on.stream().map(PluginDevice::id).toList(), flags);
  }

  /** A {@code PJRT_Program}: code and format, each an address and a length. */
  static MemorySegment program(Arena arena, String program) {
    var block = Block.of(arena, 48);
    Block.text(arena, block, 16, program);
    Block.text(arena, block, 32, FORMAT);
    return block;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      api.on(Function.CLIENT_DESTROY, handle);
    }
  }
}
