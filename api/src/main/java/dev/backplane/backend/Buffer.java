package dev.backplane.backend;

import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ConsumerType;

/** Memory of a device that holds one value. Row-major at this interface, however it lies inside. */
@ConsumerType
public interface Buffer extends AutoCloseable {
  /** The type of the value. */
  TensorType type();

  /**
   * Binds a copy from host memory to this buffer; not started. The segment is read at every start,
   * and must stay alive.
   *
   * @throws IllegalArgumentException if the segment's size is not that of the type
   */
  Execution write(MemorySegment host);

  /**
   * Binds a copy from this buffer to host memory; not started.
   *
   * @throws IllegalArgumentException if the segment's size is not that of the type, or it is
   *     read-only
   */
  Execution read(MemorySegment host);

  /** Frees it once work that uses it has ended. Idempotent. */
  @Override
  void close();
}
