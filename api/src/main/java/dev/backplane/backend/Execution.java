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

  /**
   * From the next start on, adds to each entry the nanoseconds that kernel of the executable's
   * report took; where several threads share a kernel, what the longest of them took. An array
   * without entries ends it. Where this is not asked, it costs nothing.
   *
   * @param nanos an entry for each kernel, to be read after {@link #await}; the caller's
   * @return whether it does; not if it does not measure, or is no work of an executable
   */
  default boolean measure(long[] nanos) {
    return false;
  }

  /** Awaits, then frees what the binding holds. Idempotent. */
  @Override
  void close();
}
