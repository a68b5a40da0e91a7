package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.backend.tpu.internal.Calls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A program that can be run; on several threads at once, each by a {@link Run} of its own. */
public final class LoadedProgram implements AutoCloseable {
  private final Api api;
  private final long handle;
  private final int replicas;
  private final int outputs;
  private boolean closed;

  LoadedProgram(Api api, long handle, int replicas) {
    this.api = api;
    this.handle = handle;
    this.replicas = replicas;
    long executable = executable();
    try {
      outputs = Math.toIntExact(api.longOf(Function.EXECUTABLE_NUM_OUTPUTS, executable));
    } finally {
      api.on(Function.EXECUTABLE_DESTROY, executable);
    }
  }

  private long executable() {
    return api.longOf(Function.LOADED_EXECUTABLE_GET_EXECUTABLE, handle);
  }

  Api api() {
    return api;
  }

  long handle() {
    return handle;
  }

  /** How many replicas run it. */
  public int replicas() {
    return replicas;
  }

  /** How many results each replica has. */
  public int outputs() {
    return outputs;
  }

  /**
   * What the program needs, as the plugin's compiler says.
   *
   * @param temporary memory of its own while it runs, in bytes
   * @param aliased bytes of arguments that become results
   */
  public record Memory(long temporary, long aliased) {}

  /** What it needs of memory; zeros where the plugin does not say. */
  public Memory memory() {
    long executable = executable();
    try {
      return memory(api, executable);
    } finally {
      api.on(Function.EXECUTABLE_DESTROY, executable);
    }
  }

  static Memory memory(Api api, long executable) {
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 144, executable);
      api.call(Function.EXECUTABLE_GET_COMPILED_MEMORY_STATS, block);
      return new Memory(block.get(JAVA_LONG, 56), block.get(JAVA_LONG, 48));
    } catch (PjrtException e) {
      return new Memory(0, 0);
    }
  }

  /**
   * The compiled program as bytes, for {@link Client#load} of the same version of the plugin on the
   * same kind of device.
   *
   * @throws PjrtException if the plugin cannot do that
   */
  public byte[] serialized() {
    long executable = executable();
    try (var arena = Arena.ofConfined()) {
      var block = Block.of(arena, 56, executable);
      api.call(Function.EXECUTABLE_SERIALIZE, block);
      try {
        return Calls.memory(block.get(JAVA_LONG, 24), block.get(JAVA_LONG, 32))
            .toArray(ValueLayout.JAVA_BYTE);
      } finally {
        Calls.silent(MemorySegment.ofAddress(block.get(JAVA_LONG, 48)), block.get(JAVA_LONG, 40));
      }
    } finally {
      api.on(Function.EXECUTABLE_DESTROY, executable);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      api.on(Function.LOADED_EXECUTABLE_DESTROY, handle);
    }
  }
}
