package dev.backplane.backend;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Scratch memory that the programs of a session share, since they never run at one time. A device
 * puts its own kind of scratch here under a key of its own; closing the workspace closes it.
 */
public final class Workspace implements AutoCloseable {
  private final Map<Object, AutoCloseable> scratch = new IdentityHashMap<>();
  private boolean closed;

  /** An empty workspace. */
  public Workspace() {}

  /**
   * The scratch under a key, made if there is none.
   *
   * @param owner the key, usually the device; compared by identity
   * @throws IllegalStateException if the workspace is closed
   */
  public synchronized <T extends AutoCloseable> T scratch(
      Object owner, Class<T> type, Supplier<T> maker) {
    if (closed) {
      throw new IllegalStateException("the workspace is closed");
    }
    var existing = scratch.get(owner);
    if (existing == null) {
      existing = maker.get();
      scratch.put(owner, existing);
    }
    return type.cast(existing);
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (var each : scratch.values()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("scratch memory did not close", e);
      }
    }
    scratch.clear();
  }
}
