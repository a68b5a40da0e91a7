package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import dev.backplane.backend.tpu.pjrt.Topology;
import dev.backplane.backend.tpu.stablehlo.Platform;
import dev.backplane.backend.tpu.stablehlo.StableHlo;
import dev.backplane.kit.check.Bindings;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * Hardware that is not here. Programs are compiled for it as for a device that is, and nothing
 * runs: work ends at once without having been done, and whoever wants to read a value is told that
 * there is none. So what a whole session compiles can be had without the hardware, and no number
 * that nobody computed.
 */
final class AheadDevice implements OpenDevice {
  private final DeviceInfo info;
  private final Topology topology;
  private final Platform platform;
  private final Consumer<AheadDevice> whenClosed;

  /** Those who compile read, who closes writes. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private volatile boolean closed;
  private volatile boolean ending;

  AheadDevice(DeviceInfo info, Topology topology, int replicas, Consumer<AheadDevice> whenClosed) {
    this.info = info;
    this.topology = topology;
    this.whenClosed = whenClosed;
    platform = new Platform(topology.platform(), replicas);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  int group() {
    return platform.replicas();
  }

  void requireOpen() {
    if (closed) {
      throw new DeviceLostException(
          info.id() + ": the device is closed, or its bundle has stopped");
    }
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    return Supporting.of(op, operands, platform);
  }

  /** Types without memory. */
  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    requireOpen();
    var made = new ArrayList<Buffer>();
    for (int replica = 0; replica < group(); replica++) {
      types.forEach(type -> made.add(new AheadBuffer(this, type)));
    }
    return List.copyOf(made);
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    Supporting.require(program, info.id(), platform);
    Bindings.checkDonations(program);
    lock.readLock().lock();
    try {
      requireOpen();
      TpuDevice.requireNoEnd(ending, info);
      long begin = System.nanoTime();
      var text = StableHlo.lower(program.graph(), program.donations(), platform);
      var compiled = topology.compile(text, group(), platform.options());
      var report =
          Compiling.report(program, platform, topology.plugin(), "", compiled.memory(), begin);
      return new AheadExecutable(this, program, report);
    } catch (PjrtException e) {
      throw Failures.ofCompilation(info.id(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void endCompiling() {
    ending = true;
    lock.writeLock().lock();
    lock.writeLock().unlock();
  }

  @Override
  public MemoryUse memory() {
    return new MemoryUse(0, 0, 0);
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      topology.close();
    } finally {
      lock.writeLock().unlock();
    }
    whenClosed.accept(this);
  }
}
