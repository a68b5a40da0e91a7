package dev.backplane.backend;

import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An open device, or a replica group. It runs work in the order of submission. Thread-safe. After
 * its bundle has stopped every call throws {@link DeviceLostException}.
 *
 * <p>On a group of n replicas, lists of buffers are n times as long: first all of replica 0, then
 * all of replica 1, …
 */
@ConsumerType
public interface Device extends AutoCloseable {
  /** What was opened; the first of a group. */
  DeviceInfo info();

  /** Whether, and how, it runs an op on operands of these types. Cheap; never throws. */
  Support supports(Op op, List<TensorType> operands);

  /**
   * Allocates buffers in one block, in order, zeroed.
   *
   * @throws OutOfDeviceMemoryException if there is no room; nothing is allocated then
   */
  List<Buffer> allocate(List<TensorType> types);

  /**
   * Compiles a program all of whose ops it supports natively.
   *
   * @param workspace the session's scratch memory, which its programs share
   * @throws UnsupportedProgramException naming the first op it does not run
   * @throws CompilationFailedException if its compiler fails
   */
  Executable compile(Program program, Workspace workspace);

  /** Memory in use. */
  MemoryUse memory();

  /** Ends work, frees what is left of its buffers and executables. Idempotent. */
  @Override
  void close();
}
