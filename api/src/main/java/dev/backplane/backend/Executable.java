package dev.backplane.backend;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** A compiled program. Thread-safe. */
@ConsumerType
public interface Executable extends AutoCloseable {
  /**
   * Binds the program to buffers; not started. The execution may be started any number of times,
   * and a start allocates nothing. A result buffer may be an argument buffer exactly where the
   * program's donations say so.
   *
   * @throws IllegalArgumentException if number or types do not fit, a buffer is of another device,
   *     a donated buffer is passed twice, or a result is an argument that is not donated to it
   */
  Execution bind(List<Buffer> arguments, List<Buffer> results);

  /** How it was compiled, node by node. */
  CompileReport report();

  /** Frees it once its executions have ended. Idempotent. */
  @Override
  void close();
}
