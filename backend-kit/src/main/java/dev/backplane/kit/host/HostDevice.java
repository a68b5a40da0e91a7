package dev.backplane.kit.host;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A device that computes in the heap of this JVM, on the thread that starts the work, one piece at
 * a time. It runs what its {@link Kernels} know and, by itself, what only moves data: Constant,
 * Broadcast, Reshape, Transpose, Slice, Reverse and OptimizationBarrier of every dtype. Numbers of
 * threads are left to the kernels.
 */
public final class HostDevice implements Device {
  private final DeviceInfo info;
  private final Kernels kernels;
  private final ReentrantLock order = new ReentrantLock(true);
  private boolean closed;
  private long used;
  private long peak;

  private HostDevice(DeviceInfo info, Kernels kernels) {
    this.info = info;
    this.kernels = kernels;
  }

  /**
   * What {@link dev.backplane.backend.Backend#open} gives back.
   *
   * @throws UnsupportedProgramException for a group of several replicas
   * @throws IllegalArgumentException if the settings hold an option: there are none
   */
  public static Device open(List<DeviceInfo> group, DeviceSettings settings, Kernels kernels) {
    var info = group.getFirst();
    if (group.size() > 1) {
      throw new UnsupportedProgramException(
          info.id() + ": replica groups are not supported, found one of " + group.size());
    }
    if (!settings.options().isEmpty()) {
      throw new IllegalArgumentException(
          info.id() + ": unknown options " + settings.options().keySet() + "; there are none");
    }
    return new HostDevice(info, kernels);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    try {
      if (kernel(op, operands, op.infer(operands)).isPresent()) {
        return new Support.Native();
      }
    } catch (RuntimeException e) {
      return new Support.No(String.valueOf(e.getMessage()));
    }
    return op instanceof Composite composite
        ? new Support.ByDecomposition(info.id() + " does not claim " + composite.name())
        : new Support.No(info.id() + " has no kernel for " + op + " of " + operands);
  }

  Optional<Kernel> kernel(Op op, List<TensorType> operands, List<TensorType> results) {
    var own = kernels.find(op, operands, results);
    return own.isPresent() ? own : Movement.kernel(op, operands, results);
  }

  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    order.lock();
    try {
      requireOpen();
      long bytes = types.stream().mapToLong(TensorType::bytes).sum();
      var buffers = new ArrayList<Buffer>();
      try {
        for (var type : types) {
          buffers.add(new HostBuffer(this, type, memory(type.bytes(), bytes)));
        }
      } catch (OutOfDeviceMemoryException e) {
        buffers.forEach(Buffer::close);
        throw e;
      }
      return List.copyOf(buffers);
    } finally {
      order.unlock();
    }
  }

  /** Zeroed memory of this device, which {@link #freed} gives back; aligned for every dtype. */
  MemorySegment memory(long bytes, long wanted) {
    long words = Math.ceilDiv(bytes, Long.BYTES);
    if (words > Integer.MAX_VALUE - 8 || wanted > limit() - used) {
      throw noRoom(bytes, wanted, null);
    }
    try {
      var memory = MemorySegment.ofArray(new long[(int) words]).asSlice(0, bytes);
      used += bytes;
      peak = Math.max(peak, used);
      return memory;
    } catch (OutOfMemoryError e) {
      throw noRoom(bytes, wanted, e);
    }
  }

  private OutOfDeviceMemoryException noRoom(long bytes, long wanted, @Nullable Error cause) {
    var message =
        info.id()
            + ": no room for "
            + bytes
            + " of "
            + wanted
            + " bytes: "
            + used
            + " of "
            + limit()
            + " are in use, and one value has at most 16 GiB; give the JVM more with -Xmx";
    return cause == null
        ? new OutOfDeviceMemoryException(message)
        : new OutOfDeviceMemoryException(message, cause);
  }

  private static long limit() {
    return Runtime.getRuntime().maxMemory();
  }

  void freed(long bytes) {
    order.lock();
    try {
      used -= bytes;
    } finally {
      order.unlock();
    }
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    order.lock();
    try {
      requireOpen();
      return new HostExecutable(this, program, workspace);
    } finally {
      order.unlock();
    }
  }

  @Override
  public MemoryUse memory() {
    order.lock();
    try {
      requireOpen();
      return new MemoryUse(used, peak, limit());
    } finally {
      order.unlock();
    }
  }

  /** Held while something is done that nothing else may interfere with. */
  ReentrantLock order() {
    return order;
  }

  void requireOpen() {
    if (closed) {
      throw new DeviceLostException(
          info.id() + ": the device is closed; open it again and make its buffers anew");
    }
  }

  @Override
  public void close() {
    order.lock();
    try {
      closed = true;
    } finally {
      order.unlock();
    }
  }
}
