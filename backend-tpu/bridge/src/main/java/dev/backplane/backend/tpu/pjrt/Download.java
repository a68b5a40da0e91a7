package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies values of one type from a device to the host, again and again, without allocating on the
 * heap. Not thread-safe.
 */
public final class Download {
  private final Api api;
  private final MemorySegment block;
  private final long bytes;

  /** For values of a type, with blocks as long as the arena. */
  public Download(Client client, Arena arena, TensorType type) {
    api = client.api();
    bytes = type.bytes();
    block = Block.of(arena, 56);
    block.set(ADDRESS, 24, Layout.rowMajor(arena, type));
  }

  /**
   * Begins to copy a value, which may still be computed.
   *
   * @param host off the heap, of exactly the type's size; it stays alive until the event is awaited
   * @return an event, to be awaited
   * @throws PjrtException if the buffer is gone
   */
  public long start(long buffer, MemorySegment host) {
    if (!host.isNative() || host.byteSize() != bytes) {
      throw new IllegalArgumentException("download: expected " + bytes + " native bytes: " + host);
    }
    block.set(JAVA_LONG, 16, buffer);
    block.set(ADDRESS, 32, host);
    block.set(JAVA_LONG, 40, bytes);
    api.call(Function.BUFFER_TO_HOST_BUFFER, block);
    return block.get(JAVA_LONG, 48);
  }
}
