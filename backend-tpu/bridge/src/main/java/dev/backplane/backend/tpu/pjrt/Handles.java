package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Asks about events and buffers, and destroys them, without allocating: one block is used again and
 * again. Not thread-safe.
 */
public final class Handles {
  private final Api api;
  private final MemorySegment one;
  private final MemorySegment answered;

  /** Blocks of their own, as long as the arena. */
  public Handles(Client client, Arena arena) {
    api = client.api();
    one = Block.of(arena, 24);
    answered = Block.of(arena, 25);
  }

  /** Whether what an event stands for has ended, well or not. */
  public boolean isReady(long event) {
    answered.set(JAVA_LONG, Block.FIELDS, event);
    api.call(Function.EVENT_IS_READY, answered);
    return answered.get(JAVA_BYTE, 24) != 0;
  }

  /**
   * Waits for an event and destroys it.
   *
   * @throws PjrtException what it stands for failed
   */
  public void await(long event) {
    try {
      call(Function.EVENT_AWAIT, event);
    } finally {
      call(Function.EVENT_DESTROY, event);
    }
  }

  /** Destroys a buffer, once what uses it has ended; also one that was donated. */
  public void destroyBuffer(long buffer) {
    call(Function.BUFFER_DESTROY, buffer);
  }

  /** Whether the memory of a buffer is gone, such as that of one which was donated. */
  public boolean isDeleted(long buffer) {
    answered.set(JAVA_LONG, Block.FIELDS, buffer);
    api.call(Function.BUFFER_IS_DELETED, answered);
    return answered.get(JAVA_BYTE, 24) != 0;
  }

  private void call(Function function, long handle) {
    one.set(JAVA_LONG, Block.FIELDS, handle);
    api.call(function, one);
  }
}
