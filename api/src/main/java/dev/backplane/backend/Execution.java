package dev.backplane.backend;

import dev.backplane.BackplaneException;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/** Work that is bound to its buffers: started any number of times, one after the other. */
@ConsumerType
public interface Execution extends AutoCloseable {
  /**
   * Submits the work. It may complete on this thread, before this returns.
   *
   * @throws IllegalStateException if the start before has not been awaited or completed
   * @throws DeviceLostException if the device is gone
   */
  void start();

  /**
   * Waits for the last start; returns at once where there was none.
   *
   * @throws BackplaneException the failure of that start; buffers donated to it are lost
   */
  void await();

  /** Whether the last start has ended, well or not. True before the first. */
  boolean isDone();

  /** Calls back once when the last start ends, with its failure if it failed; at once if it has. */
  void whenDone(Consumer<Optional<BackplaneException>> action);

  /** Awaits, then frees what the binding holds. Idempotent. */
  @Override
  void close();
}
