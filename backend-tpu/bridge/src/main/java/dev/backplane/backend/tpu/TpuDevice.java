package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.pjrt.Client;
import dev.backplane.backend.tpu.pjrt.Handles;
import dev.backplane.backend.tpu.pjrt.PluginDevice;
import dev.backplane.backend.tpu.programs.ProgramCache;
import dev.backplane.backend.tpu.stablehlo.Platform;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A device of a plugin, or several as a group. Work is submitted under one lock and runs
 * asynchronously: the plugin orders it by the buffers it reads and writes.
 */
final class TpuDevice implements OpenDevice {
  private final DeviceInfo info;
  private final Client client;
  private final List<PluginDevice> replicas;
  private final Platform platform;
  private final Compiling compiling;
  private final Consumer<TpuDevice> whenClosed;
  private final Arena arena = Arena.ofShared();
  private final Handles handles;
  private final long limit;
  private final Set<TpuBuffer> buffers = new HashSet<>();
  private final Set<TpuExecutable> executables = new HashSet<>();
  private final Set<TpuExecution> executions = new HashSet<>();
  private long used;
  private long peak;
  private boolean closed;
  private boolean ending;

  /** Held while work is submitted, and while anything is freed. */
  final ReentrantLock lock = new ReentrantLock();

  TpuDevice(
      DeviceInfo info,
      Client client,
      List<PluginDevice> replicas,
      DeviceSettings settings,
      ProgramCache cache,
      Consumer<TpuDevice> whenClosed) {
    this.info = info;
    this.client = client;
    this.replicas = List.copyOf(replicas);
    this.whenClosed = whenClosed;
    platform = new Platform(client.platform(), replicas.size());
    compiling = new Compiling(info, client, this.replicas, platform, settings.threads(), cache);
    handles = new Handles(client, arena);
    limit = Memory.limit(platform, this.replicas);
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  Client client() {
    return client;
  }

  PluginDevice replica(int index) {
    return replicas.get(index);
  }

  int group() {
    return replicas.size();
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    return Supporting.of(op, operands, platform);
  }

  /** Zeroed when they are first read: most are written first. */
  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    lock.lock();
    try {
      requireOpen();
      long bytes = 0;
      for (var type : types) {
        bytes = Math.addExact(bytes, Math.multiplyExact(type.bytes(), (long) group()));
      }
      if (limit > 0 && bytes > limit - used) {
        throw new OutOfDeviceMemoryException(
            info.id() + ": no room for " + bytes + " bytes: " + used + " of " + limit + " in use");
      }
      var made = new ArrayList<Buffer>();
      for (int replica = 0; replica < group(); replica++) {
        for (var type : types) {
          var buffer = new TpuBuffer(this, type, replica);
          buffers.add(buffer);
          made.add(buffer);
        }
      }
      used += bytes;
      peak = Math.max(peak, used);
      return List.copyOf(made);
    } finally {
      lock.unlock();
    }
  }

  /** The caller holds the lock. */
  void freed(TpuBuffer buffer) {
    if (buffers.remove(buffer)) {
      used -= buffer.type().bytes();
    }
  }

  /** Destroys a plugin's buffer; the caller holds the lock. */
  void destroy(long buffer) {
    handles.destroyBuffer(buffer);
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    Supporting.require(program, info.id(), platform);
    // A client may compile on several threads; only its end must wait.
    lock.lock();
    try {
      requireOpen();
      requireNoEnd(ending, info);
      compiling.enter();
    } finally {
      lock.unlock();
    }
    try {
      var executable = new TpuExecutable(this, program, compiling.compile(program));
      lock.lock();
      try {
        executables.add(executable);
      } finally {
        lock.unlock();
      }
      return executable;
    } finally {
      compiling.exit();
    }
  }

  static void requireNoEnd(boolean ending, DeviceInfo info) {
    if (ending) {
      throw new DeviceLostException(info.id() + ": the process is ending: nothing is compiled");
    }
  }

  @Override
  public void endCompiling() {
    lock.lock();
    try {
      ending = true;
    } finally {
      lock.unlock();
    }
    compiling.awaitExit();
  }

  /** Whether a compilation is under way. */
  boolean isCompiling() {
    return compiling.isInside();
  }

  /** Notes work, to be ended when the device closes. */
  void opened(TpuExecution execution) {
    lock.lock();
    try {
      requireOpen();
      executions.add(execution);
    } finally {
      lock.unlock();
    }
  }

  void closed(TpuExecution execution) {
    lock.lock();
    try {
      executions.remove(execution);
    } finally {
      lock.unlock();
    }
  }

  void closed(TpuExecutable executable) {
    lock.lock();
    try {
      executables.remove(executable);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public MemoryUse memory() {
    lock.lock();
    try {
      return new MemoryUse(used, peak, limit);
    } finally {
      lock.unlock();
    }
  }

  /** The caller holds the lock, or does not mind that the device closes meanwhile. */
  void requireOpen() {
    if (closed) {
      throw new DeviceLostException(
          info.id() + ": the device is closed, or its bundle has stopped");
    }
  }

  @Override
  public void close() {
    List<TpuExecution> work;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      work = List.copyOf(executions);
    } finally {
      lock.unlock();
    }
    // Not under the lock: whoever awaits work holds that work's lock, and may then want this one.
    work.forEach(TpuExecution::close);
    compiling.awaitExit();
    List<TpuExecutable> programs;
    lock.lock();
    try {
      programs = List.copyOf(executables);
    } finally {
      lock.unlock();
    }
    programs.forEach(TpuExecutable::close);
    lock.lock();
    try {
      List.copyOf(buffers).forEach(TpuBuffer::close);
      arena.close();
    } finally {
      lock.unlock();
    }
    whenClosed.accept(this);
  }
}
