package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * An open device as the engine uses it. All that comes from it passes the lease's gate: after the
 * backend has gone every call throws {@link dev.backplane.backend.DeviceLostException}, and nothing
 * native runs.
 */
public final class Lease implements Device {
  private final Device device;
  private final DeviceInfo info;
  private final int primitiveSet;
  private final Gate gate;
  private final Runnable ended;

  Lease(Device device, DeviceInfo info, int primitiveSet, Gate gate, Runnable ended) {
    this.device = device;
    this.info = info;
    this.primitiveSet = primitiveSet;
    this.gate = gate;
    this.ended = ended;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  /** The number of the primitive set its backend knows. */
  public int primitiveSet() {
    return primitiveSet;
  }

  /**
   * Begins work of several calls: until it ends the backend does not go.
   *
   * @throws dev.backplane.backend.DeviceLostException if it has gone or is about to
   */
  public void hold() {
    gate.hold();
  }

  /** Ends it. */
  public void release() {
    gate.release();
  }

  /** What the device answers; an answer by exception counts as no. */
  @Override
  public Support supports(Op op, List<TensorType> operands) {
    gate.enter();
    try {
      return device.supports(op, operands);
    } catch (RuntimeException e) {
      return new Support.No("its backend failed when asked: " + e);
    } finally {
      gate.exit();
    }
  }

  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    return gate.pass(
        () ->
            device.allocate(types).stream()
                .map(buffer -> (Buffer) new LeasedBuffer(buffer, gate))
                .toList());
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    return gate.pass(() -> new LeasedExecutable(device.compile(program, workspace), gate));
  }

  @Override
  public MemoryUse memory() {
    return gate.pass(device::memory);
  }

  /** The backend goes: ends what runs, frees the device, and lets nobody in any more. */
  void lose() {
    if (gate.lose()) {
      device.close();
    }
  }

  @Override
  public void close() {
    if (gate.close()) {
      ended.run();
      device.close();
    }
  }

  @Override
  public String toString() {
    return info.id();
  }
}
