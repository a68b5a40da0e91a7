package dev.backplane.backend.cpu;

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
import dev.backplane.backend.Workspace;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.internal.NativeAccess;
import dev.backplane.backend.cpu.internal.OneDnn;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.program.Assembly;
import dev.backplane.backend.cpu.program.BoundProgram;
import dev.backplane.backend.cpu.program.Coverage;
import dev.backplane.backend.cpu.program.Target;
import dev.backplane.backend.cpu.thread.Crew;
import dev.backplane.backend.cpu.warm.Warmer;
import dev.backplane.backend.cpu.warm.Warmth;
import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The host's processor. Work runs on the thread that starts it and the threads that help it, one
 * piece at a time: the lock is the queue.
 */
final class CpuDevice implements Device {
  private final DeviceInfo info;
  private final Stopping stopping;
  private final OneDnn oneDnn;
  private final Target target;
  private final Crew crew;
  private final Warmer warmer = new Warmer();
  private final boolean takesAllCores;
  private final long limit = Host.memoryLimit();
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();
  private final Set<MemoryBlock> blocks = new HashSet<>();
  private final Set<CpuExecutable> executables = new HashSet<>();

  /** Held while work runs, and while anything is freed that work may use. */
  final ReentrantLock lock = new ReentrantLock(true);

  private volatile boolean closed;

  private CpuDevice(
      DeviceInfo info, Stopping stopping, OneDnn oneDnn, int threads, double worth, Forms forms) {
    this.info = Host.with(info, threads);
    this.stopping = stopping;
    this.oneDnn = oneDnn;
    var streams = new ArrayList<OneDnn.Stream>();
    for (int i = 0; i < threads; i++) {
      streams.add(oneDnn.stream());
    }
    target = new Target(oneDnn, streams, forms.where(Host.vectors()), threads, worth);
    crew = new Crew(threads, this::enter);
    takesAllCores = threads >= Runtime.getRuntime().availableProcessors();
  }

  static CpuDevice open(DeviceInfo info, DeviceSettings settings, Stopping stopping) {
    return open(info, settings, stopping, Target.WORTH, Forms.VECTOR_ONCE_WARM);
  }

  /**
   * Opens it.
   *
   * @param worth the work, in nanoseconds, for which a program's steps are divided into one part
   *     more; 0 divides whatever can be divided
   * @param forms which forms of generated kernels may run
   */
  static CpuDevice open(
      DeviceInfo info, DeviceSettings settings, Stopping stopping, double worth, Forms forms) {
    if (!settings.options().isEmpty()) {
      throw new IllegalArgumentException(
          "cpu has no option " + settings.options().keySet() + "; it takes none");
    }
    if (settings.threads() > Host.GREATEST_THREADS) {
      throw new IllegalArgumentException(
          "cpu takes at most "
              + Host.GREATEST_THREADS
              + " threads, found "
              + settings.threads()
              + "; more make no step faster");
    }
    if (stopping.isStopped()) {
      throw stopped();
    }
    OneDnn oneDnn;
    try {
      OneDnn.link();
      oneDnn = OneDnn.load();
    } catch (RuntimeException | LinkageError e) {
      throw new DeviceLostException("cpu cannot load oneDNN: " + NativeAccess.reason(e), e);
    }
    int threads = settings.threads() == 0 ? Host.threads() : settings.threads();
    var device = new CpuDevice(info, stopping, oneDnn, threads, worth, forms);
    if (!stopping.opened(device)) {
      device.close();
      throw stopped();
    }
    return device;
  }

  private static DeviceLostException stopped() {
    return new DeviceLostException("cpu: the bundle of the backend has stopped");
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Support supports(Op op, List<TensorType> operands) {
    return Coverage.supports(op, operands);
  }

  @Override
  public List<Buffer> allocate(List<TensorType> types) {
    requireOpen();
    long bytes = 0;
    var offsets = new ArrayList<Long>();
    for (var type : types) {
      offsets.add(bytes);
      bytes = Math.addExact(bytes, Libc.aligned(type.bytes()));
    }
    var block = block(bytes, types.size());
    var buffers = new ArrayList<Buffer>();
    for (int i = 0; i < types.size(); i++) {
      buffers.add(new CpuBuffer(this, block, types.get(i), block.address() + offsets.get(i)));
    }
    return List.copyOf(buffers);
  }

  /** Memory that is freed when as many users as said have released it, or the device closes. */
  MemoryBlock block(long bytes, int users) {
    if (limit > 0 && bytes > limit - used.get()) {
      throw new OutOfDeviceMemoryException(
          "cpu: no room for " + bytes + " bytes: " + used.get() + " of " + limit + " are in use");
    }
    long address = Libc.allocate(bytes);
    if (address == 0) {
      throw new OutOfDeviceMemoryException(
          "cpu: the operating system refused " + bytes + " bytes; " + used.get() + " are in use");
    }
    peak.accumulateAndGet(used.addAndGet(bytes), Math::max);
    var block = new MemoryBlock(this, address, bytes, users);
    synchronized (blocks) {
      blocks.add(block);
    }
    // Closing frees what it finds: what is entered behind its back is freed here.
    if (closed) {
      freed(block);
      throw lost();
    }
    return block;
  }

  void freed(MemoryBlock block) {
    boolean known;
    synchronized (blocks) {
      known = blocks.remove(block);
    }
    if (known) {
      used.addAndGet(-block.bytes());
      Libc.free(block.address());
    }
  }

  @Override
  public Executable compile(Program program, Workspace workspace) {
    requireOpen();
    var assembly = Assembly.of(program, target);
    CpuExecutable executable;
    try {
      var scratch = workspace.scratch(this, Scratch.class, () -> new Scratch(this));
      var warmth = new Warmth(warmer, assembly.cold());
      executable = new CpuExecutable(this, program, assembly, scratch, warmth);
    } catch (RuntimeException | Error e) {
      assembly.close();
      throw e;
    }
    synchronized (executables) {
      executables.add(executable);
    }
    if (closed) {
      executable.close();
      throw lost();
    }
    return executable;
  }

  void closed(CpuExecutable executable) {
    synchronized (executables) {
      executables.remove(executable);
    }
  }

  @Override
  public MemoryUse memory() {
    return new MemoryUse(used.get(), peak.get(), limit);
  }

  void requireOpen() {
    if (closed) {
      throw lost();
    }
  }

  private static DeviceLostException lost() {
    return new DeviceLostException("cpu: the device is closed, or its bundle has stopped");
  }

  /**
   * Runs a program; the caller holds the lock.
   *
   * @param warms whether faster forms of it are warmed up at this moment: where its threads would
   *     take every core, one is left to the JVM's compiler, whose work it waits for
   */
  void run(BoundProgram program, boolean warms) {
    crew.run(program, warms && takesAllCores);
  }

  /** Makes oneDNN use one thread of the caller; gives what to hand to {@link #leave}. */
  int enter() {
    return oneDnn.threads(1);
  }

  void leave(int before) {
    oneDnn.threads(before);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      warmer.close();
      crew.close();
      List<CpuExecutable> programs;
      synchronized (executables) {
        programs = List.copyOf(executables);
      }
      programs.forEach(CpuExecutable::close);
      List<MemoryBlock> left;
      synchronized (blocks) {
        left = List.copyOf(blocks);
      }
      left.forEach(this::freed);
      target.streams().forEach(OneDnn.Stream::close);
    } finally {
      lock.unlock();
    }
    stopping.closed(this);
  }
}
