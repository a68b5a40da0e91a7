package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Hardware as a plugin knows it by name, which need not be here: programs can be compiled for it
 * ahead of time. It may compile on several threads at once; whoever closes it has waited for them.
 */
public final class Topology implements AutoCloseable {
  private final Plugin plugin;
  private final Api api;
  private final long handle;
  private boolean closed;

  Topology(Plugin plugin, Api api, long handle) {
    this.plugin = plugin;
    this.api = api;
    this.handle = handle;
  }

  /** Its plugin. */
  public Plugin plugin() {
    return plugin;
  }

  /** What kind of hardware it is: {@code tpu}. */
  public String platform() {
    return api.textOf(Function.TOPOLOGY_DESCRIPTION_PLATFORM_NAME, handle);
  }

  /**
   * A program that was compiled and cannot be run here.
   *
   * @param code the size of the machine code, in bytes
   * @param memory what it would need, where the plugin says so
   */
  public record Compiled(long code, LoadedProgram.Memory memory) {}

  /**
   * Compiles a program.
   *
   * @param program in StableHLO, as text
   * @param replicas on how many of its devices it would run
   * @param flags switches of the plugin's compiler for this program, by name
   * @throws PjrtException if it is not understood or does not compile
   */
  public Compiled compile(String program, int replicas, Map<String, Boolean> flags) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 64, handle);
      block.set(ADDRESS, 24, Client.program(arena, program));
      var devices = IntStream.range(0, replicas).boxed().toList();
      Block.bytes(arena, block, 32, new CompileOptions(devices, flags).bytes());
      api.call(Function.COMPILE, block);
      long executable = block.get(JAVA_LONG, 56);
      try {
        return new Compiled(
            api.longOf(Function.EXECUTABLE_SIZE_OF_GENERATED_CODE_IN_BYTES, executable),
            LoadedProgram.memory(api, executable));
      } finally {
        api.on(Function.EXECUTABLE_DESTROY, executable);
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      api.on(Function.TOPOLOGY_DESCRIPTION_DESTROY, handle);
    }
  }
}
