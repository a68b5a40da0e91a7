package dev.backplane.runtime.testing;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A backend that runs few ops, so that programs for it must be cut: the interpreter with most of
 * its ops taken away. It keeps the programs it was given, and fails on request.
 */
public final class NarrowBackend implements Backend {
  /** What it says that a kernel takes, where it measures. */
  public static final long KERNEL_NANOS = 1_000;

  private final Set<String> ops;
  private final int primitiveSet;
  private final Backend interpreter = new ReferenceBackend();

  /** The programs compiled, in order. */
  public final List<Program> programs = new ArrayList<>();

  /** The ops it was asked about. */
  public final List<Op> asked = new ArrayList<>();

  /** How often an execution was started. */
  public int starts;

  /** Whether the next execution fails. */
  public boolean failNext;

  /** Whether it measures its kernels. */
  public boolean measures;

  /** What happens while an execution is being started. */
  public Runnable whileStarting = () -> {};

  /** What happens while a device is being opened. */
  public Runnable whileOpening = () -> {};

  /** How often a device was closed. */
  public int closedDevices;

  /** A backend that runs the ops of these names, composites included. */
  public NarrowBackend(String... ops) {
    this(Primitive.SET_NUMBER, ops);
  }

  /** A backend that knows an older primitive set. */
  public NarrowBackend(int primitiveSet, String... ops) {
    this.primitiveSet = primitiveSet;
    this.ops = Set.of(ops);
  }

  @Override
  public BackendInfo info() {
    return new BackendInfo("narrow", "the tests", "1.0.0", primitiveSet);
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(new DeviceInfo("narrow", "a narrow device", 50, true, "always there", Map.of()));
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    whileOpening.run();
    var inner = interpreter.open(interpreter.devices(), DeviceSettings.defaults());
    var listed = group.getFirst();
    var opened =
        new DeviceInfo(
            listed.id(),
            listed.name(),
            listed.score(),
            listed.usable(),
            listed.reason(),
            Map.of("threads", String.valueOf(settings.threads())));
    return new NarrowDevice(opened, inner);
  }

  private final class NarrowDevice implements Device {
    private final DeviceInfo info;
    private final Device inner;

    NarrowDevice(DeviceInfo info, Device inner) {
      this.info = info;
      this.inner = inner;
    }

    @Override
    public DeviceInfo info() {
      return info;
    }

    @Override
    public Support supports(Op op, List<TensorType> operands) {
      asked.add(op);
      if (ops.contains(op.name())) {
        return new Support.Native();
      }
      return op instanceof Composite
          ? new Support.ByDecomposition("it claims no " + op.name())
          : new Support.No("it has no kernel for " + op.name());
    }

    @Override
    public List<Buffer> allocate(List<TensorType> types) {
      return inner.allocate(types);
    }

    @Override
    public Executable compile(Program program, Workspace workspace) {
      programs.add(program);
      return new NarrowExecutable(inner.compile(program, workspace));
    }

    @Override
    public MemoryUse memory() {
      return inner.memory();
    }

    @Override
    public void close() {
      closedDevices++;
      inner.close();
    }
  }

  private final class NarrowExecutable implements Executable {
    private final Executable inner;

    NarrowExecutable(Executable inner) {
      this.inner = inner;
    }

    @Override
    public Execution bind(List<Buffer> arguments, List<Buffer> results) {
      return new NarrowExecution(inner.bind(arguments, results));
    }

    @Override
    public CompileReport report() {
      return inner.report();
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private final class NarrowExecution implements Execution {
    private final Execution inner;
    private Optional<BackplaneException> failure = Optional.empty();
    private long[] measured = {};

    NarrowExecution(Execution inner) {
      this.inner = inner;
    }

    @Override
    public void start() {
      starts++;
      whileStarting.run();
      if (failNext) {
        failNext = false;
        failure = Optional.of(new BackplaneException("narrow: a bit flipped"));
        return;
      }
      failure = Optional.empty();
      inner.start();
      for (int i = 0; i < measured.length; i++) {
        measured[i] += KERNEL_NANOS;
      }
    }

    @Override
    public void await() {
      if (failure.isPresent()) {
        throw failure.get();
      }
      inner.await();
    }

    @Override
    public boolean measure(long[] nanos) {
      measured = nanos;
      return measures;
    }

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void whenDone(Consumer<Optional<BackplaneException>> action) {
      action.accept(failure);
    }

    @Override
    public void close() {
      inner.close();
    }
  }
}
