package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Op;
import dev.backplane.runtime.replica.ReplicatedDevice;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An open device as the engine uses it. All that comes from it passes the lease's gate: after the
 * backend has gone every call throws {@link dev.backplane.backend.DeviceLostException}, nothing
 * native runs, and nothing that the engine holds is of the backend's bundle any more.
 */
public final class Lease implements Device {
  /** What was listed; from the opening on what was opened, which may say more. */
  private volatile DeviceInfo info;

  private final int primitiveSet;
  private final Gate gate;
  private final Runnable ended;
  private final Workspace workspace = new Workspace();
  private final Set<Leased<?>> given = ConcurrentHashMap.newKeySet();
  private @Nullable Leased<Device> device;
  private boolean over;

  /**
   * A lease of a device that is not open yet.
   *
   * @param ended told once when nothing of the device is in use any more
   */
  Lease(DeviceInfo info, int primitiveSet, Gate gate, Runnable ended) {
    this.info = info;
    this.primitiveSet = primitiveSet;
    this.gate = gate;
    this.ended = ended;
    // The backend does not go while it opens; opened() lets go.
    gate.hold();
  }

  /**
   * Opens the device, which may take as long as loading a driver does.
   *
   * @throws dev.backplane.backend.DeviceLostException if its backend has gone meanwhile
   */
  void open(Supplier<Device> opening) {
    try {
      var opened = opening.get();
      boolean late;
      synchronized (this) {
        late = over;
        if (!late) {
          info = opened.info();
          device = new Leased<>(this, "device " + info.id(), opened);
        }
      }
      if (late) {
        opened.close();
        throw gate.refusal();
      }
    } finally {
      gate.release();
    }
  }

  private Device device() {
    Leased<Device> open;
    synchronized (this) {
      open = device;
    }
    if (open == null) {
      throw new IllegalStateException("device " + info.id() + " is not open");
    }
    return open.get();
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  Gate gate() {
    return gate;
  }

  /** The number of the primitive set its backend knows. */
  public int primitiveSet() {
    return primitiveSet;
  }

  /** How many replicas work together: 1 but for a group. */
  public int replicas() {
    return gate.pass(
        () -> device() instanceof ReplicatedDevice replicated ? replicated.replicas() : 1);
  }

  /** Whether its backend has gone, or is about to. */
  public boolean isLost() {
    return gate.isLost();
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

  <T> T pass(Supplier<T> call) {
    return gate.pass(call);
  }

  private <T> Leased<T> give(String what, T thing) {
    var leased = new Leased<>(this, what, thing);
    given.add(leased);
    return leased;
  }

  Execution execution(Execution execution) {
    return new LeasedExecution(give("the execution", execution), this, gate);
  }

  void forget(Leased<?> leased) {
    given.remove(leased);
  }

  /** Closes one of its things; closing the device has freed it where the gate is shut. */
  <T extends AutoCloseable> void close(Leased<T> leased) {
    if (!gate.tryEnter()) {
      leased.take();
      return;
    }
    try {
      var thing = leased.take();
      if (thing != null) {
        close(thing);
      }
    } finally {
      gate.exit();
    }
  }

  private static void close(AutoCloseable thing) {
    try {
      thing.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("closing " + thing + " failed", e);
    }
  }

  /** What the device answers; an answer by exception counts as no. */
  @Override
  public Support supports(Op op, List<TensorType> operands) {
    gate.enter();
    try {
      return device().supports(op, operands);
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
            device().allocate(types).stream()
                .map(
                    buffer ->
                        (Buffer)
                            new LeasedBuffer(
                                buffer.type(),
                                give("the buffer of " + buffer.type(), buffer),
                                this))
                .toList());
  }

  /** Compiles a program that shares this lease's scratch memory with the others. */
  public Executable compile(Program program) {
    return compile(program, workspace);
  }

  @Override
  public Executable compile(Program program, Workspace shared) {
    return gate.pass(
        () ->
            new LeasedExecutable(give("the executable", device().compile(program, shared)), this));
  }

  @Override
  public MemoryUse memory() {
    return gate.pass(() -> device().memory());
  }

  /**
   * The backend goes: no work begins any more. False if it had ended before, or somebody else ends
   * it.
   */
  boolean announceLoss() {
    return gate.announce(Gate.State.LOST);
  }

  /** Waits for the work that had begun, frees the device, and lets nobody in any more. */
  void lose() {
    gate.shut();
    end();
  }

  @Override
  public void close() {
    if (gate.announce(Gate.State.CLOSED)) {
      gate.shut();
      end();
    }
  }

  private void end() {
    Leased<Device> open;
    synchronized (this) {
      over = true;
      open = device;
    }
    try {
      workspace.close();
      var last = open == null ? null : open.take();
      if (last != null) {
        last.close();
      }
    } finally {
      given.forEach(Leased::drop);
      given.clear();
      ended.run();
    }
  }

  @Override
  public String toString() {
    return info.id();
  }
}
