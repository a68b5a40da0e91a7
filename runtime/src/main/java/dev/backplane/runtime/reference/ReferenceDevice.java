package dev.backplane.runtime.reference;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The interpreter as a device. Work runs on the thread that starts it, one piece at a time; results
 * are values on the heap, so that, unlike on other devices, a start allocates.
 */
final class ReferenceDevice implements Device {
  private final DeviceInfo info;
  private final int replicas;
  private final ReentrantLock order = new ReentrantLock(true);
  private boolean closed;
  private long used;
  private long peak;

  ReferenceDevice(DeviceInfo info, int replicas) {
    this.info = info;
    this.replicas = replicas;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  int replicas() {
    return replicas;
  }

  /** Does something while nothing else does, if the device is still there. */
  <T> T exclusively(Supplier<T> work) {
    order.lock();
    try {
      if (closed) {
        throw new DeviceLostException(
            "reference: the device is closed; open it again and make its buffers anew");
      }
      return work.get();
    } finally {
      order.unlock();
    }
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    try {
      op.infer(operands);
    } catch (ShapeException e) {
      return new Support.No(String.valueOf(e.getMessage()));
    }
    return switch (op) {
      case Composite composite ->
          new Support.ByDecomposition("the interpreter claims no composites");
      case Primitive primitive ->
          ReferenceExecutable.refusal(primitive, replicas)
              .<Support>map(Support.No::new)
              .orElseGet(Support.Native::new);
    };
  }

  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    return exclusively(
        () -> {
          long needed = replicas * types.stream().mapToLong(ReferenceDevice::heapBytes).sum();
          if (needed > memory().limit() - used) {
            throw noRoom(types, needed, null);
          }
          var buffers = new ArrayList<Buffer>();
          try {
            for (int replica = 0; replica < replicas; replica++) {
              types.forEach(type -> buffers.add(new ReferenceBuffer(this, Dense.zeros(type))));
            }
          } catch (OutOfMemoryError e) {
            throw noRoom(types, needed, e);
          }
          used += needed;
          peak = Math.max(peak, used);
          return List.copyOf(buffers);
        });
  }

  private OutOfDeviceMemoryException noRoom(
      List<TensorType> types, long needed, @org.jspecify.annotations.Nullable Error cause) {
    var message =
        "reference: allocate: "
            + (types.size() <= 4 ? types.toString() : types.size() + " buffers")
            + " need "
            + needed
            + " bytes of heap, "
            + used
            + " of "
            + Runtime.getRuntime().maxMemory()
            + " are in use; give the JVM more with -Xmx";
    return cause == null
        ? new OutOfDeviceMemoryException(message)
        : new OutOfDeviceMemoryException(message, cause);
  }

  /** What a value takes here: elements of every dtype are held in eight bytes. */
  static long heapBytes(TensorType type) {
    return Dense.BYTES_PER_ELEMENT * type.shape().size();
  }

  void freed(TensorType type) {
    order.lock();
    try {
      used -= heapBytes(type);
    } finally {
      order.unlock();
    }
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    return exclusively(() -> new ReferenceExecutable(this, program));
  }

  @Override
  public MemoryUse memory() {
    return exclusively(() -> new MemoryUse(used, peak, Runtime.getRuntime().maxMemory()));
  }

  @Override
  public void close() {
    order.lock();
    try {
      closed = true;
      used = 0;
    } finally {
      order.unlock();
    }
  }
}
