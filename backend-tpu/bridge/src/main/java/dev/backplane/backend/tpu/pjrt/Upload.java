package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies values of one type from the host to a device, again and again, without allocating on the
 * heap. Row-major, said so in full: strides where the function takes them. Not thread-safe.
 */
public final class Upload {
  /** The plugin has taken the bytes when the call returns. */
  private static final int ONLY_DURING_CALL = 0;

  private final Api api;
  private final Handles handles;
  private final MemorySegment block;
  private final long bytes;

  /** For values of a type, with blocks as long as the arena. */
  public Upload(Client client, Arena arena, TensorType type) {
    api = client.api();
    handles = new Handles(client, arena);
    bytes = type.bytes();
    block = Block.of(arena, 120, client.handle());
    block.set(JAVA_INT, 32, ElementType.of(type.dtype()));
    Block.numbers(arena, block, 40, Layout.dimensions(type));
    Block.numbers(arena, block, 56, Layout.strides(type));
    block.set(JAVA_INT, 72, ONLY_DURING_CALL);
  }

  /**
   * Copies a value; it has been copied when this returns.
   *
   * @param host off the heap, of exactly the type's size
   * @return the new buffer
   * @throws PjrtException if there is no room
   */
  public long start(PluginDevice device, MemorySegment host) {
    if (!host.isNative() || host.byteSize() != bytes) {
      throw new IllegalArgumentException("upload: expected " + bytes + " native bytes: " + host);
    }
    block.set(ADDRESS, 24, host);
    block.set(JAVA_LONG, 80, device.handle());
    block.set(JAVA_LONG, 104, 0);
    api.call(Function.CLIENT_BUFFER_FROM_HOST_BUFFER, block);
    long buffer = block.get(JAVA_LONG, 112);
    long event = block.get(JAVA_LONG, 104);
    if (event != 0) {
      handles.await(event);
    }
    return buffer;
  }
}
