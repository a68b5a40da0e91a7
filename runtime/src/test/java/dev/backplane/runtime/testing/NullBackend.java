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
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A device that takes every program and computes nothing: what remains is the engine's own work. It
 * counts what is started.
 */
public final class NullBackend implements Backend {
  /** How many executions were started, copies among them. */
  public final AtomicLong starts = new AtomicLong();

  @Override
  public BackendInfo info() {
    return new BackendInfo("null", "the tests", "1.0.0", Primitive.SET_NUMBER);
  }

  @Override
  public List<DeviceInfo> devices() {
    return List.of(new DeviceInfo("null", "nothing", 100, true, "always there", Map.of()));
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    return new NullDevice(group.getFirst(), starts);
  }

  private record NullDevice(DeviceInfo info, AtomicLong starts) implements Device {
    @Override
    public Support supports(Op op, List<TensorType> operands) {
      return new Support.Native();
    }

    @Override
    public List<Buffer> allocate(List<TensorType> types) {
      return types.stream().map(type -> (Buffer) new NullBuffer(type, starts)).toList();
    }

    @Override
    public Executable compile(Program program, Workspace workspace) {
      return new NullExecutable(starts);
    }

    @Override
    public MemoryUse memory() {
      return new MemoryUse(0, 0, 0);
    }

    @Override
    public void close() {}
  }

  private record NullBuffer(TensorType type, AtomicLong starts) implements Buffer {
    @Override
    public Execution write(MemorySegment host) {
      return new NullExecution(starts);
    }

    @Override
    public Execution read(MemorySegment host) {
      return new NullExecution(starts);
    }

    @Override
    public void close() {}
  }

  private record NullExecutable(AtomicLong starts) implements Executable {
    @Override
    public Execution bind(List<Buffer> arguments, List<Buffer> results) {
      return new NullExecution(starts);
    }

    @Override
    public CompileReport report() {
      return new CompileReport(List.of(), Map.of(), 0, 0);
    }

    @Override
    public void close() {}
  }

  private record NullExecution(AtomicLong starts) implements Execution {
    @Override
    public void start() {
      starts.incrementAndGet();
    }

    @Override
    public void await() {}

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void whenDone(Consumer<Optional<BackplaneException>> action) {
      action.accept(Optional.empty());
    }

    @Override
    public void close() {}
  }
}
