package dev.backplane.tck;

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
import dev.backplane.tck.Watcher.Call;
import dev.backplane.tck.Watcher.Kind;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A backend with a watcher in front of each call. Put {@link Recorder}, {@link FailAt} or {@link
 * Strict} there, or a watcher of your own.
 */
public final class Watched implements Backend {
  private final Backend backend;
  private final Watcher watcher;

  private Watched(Backend backend, Watcher watcher) {
    this.backend = backend;
    this.watcher = watcher;
  }

  /** The same backend, watched. */
  public static Backend backend(Backend backend, Watcher watcher) {
    return new Watched(backend, watcher);
  }

  @Override
  public BackendInfo info() {
    return backend.info();
  }

  @Override
  public List<DeviceInfo> devices() {
    return backend.devices();
  }

  @Override
  public Device open(List<DeviceInfo> group, DeviceSettings settings) {
    var call = new Call(Kind.OPEN, this, List.of(group, settings));
    watcher.before(call);
    var device = new WatchedDevice(backend.open(group, settings), watcher);
    watcher.after(call, List.of(device));
    return device;
  }

  private record WatchedDevice(Device device, Watcher watcher) implements Device {
    @Override
    public DeviceInfo info() {
      return device.info();
    }

    @Override
    public Support supports(Op op, List<TensorType> operands) {
      return device.supports(op, operands);
    }

    @Override
    public List<Buffer> allocate(List<TensorType> types) {
      var call = new Call(Kind.ALLOCATE, this, List.copyOf(types));
      watcher.before(call);
      var buffers = new ArrayList<Buffer>();
      device.allocate(types).forEach(buffer -> buffers.add(new WatchedBuffer(buffer, watcher)));
      watcher.after(call, buffers);
      return buffers;
    }

    @Override
    public Executable compile(Program program, Workspace workspace) {
      var call = new Call(Kind.COMPILE, this, List.of(program));
      watcher.before(call);
      var compiled = device.compile(program, workspace);
      var executable = new WatchedExecutable(compiled, program, watcher);
      watcher.after(call, List.of(executable));
      return executable;
    }

    @Override
    public MemoryUse memory() {
      return device.memory();
    }

    @Override
    public void close() {
      watcher.before(new Call(Kind.CLOSE_DEVICE, this, List.of()));
      device.close();
    }
  }

  private static final class WatchedBuffer implements Buffer {
    private final Buffer buffer;
    private final Watcher watcher;

    WatchedBuffer(Buffer buffer, Watcher watcher) {
      this.buffer = buffer;
      this.watcher = watcher;
    }

    @Override
    public TensorType type() {
      return buffer.type();
    }

    @Override
    public Execution write(MemorySegment host) {
      var call = new Call(Kind.WRITE, this, List.of(host));
      watcher.before(call);
      var execution = new WatchedExecution(buffer.write(host), watcher);
      watcher.after(call, List.of(execution));
      return execution;
    }

    @Override
    public Execution read(MemorySegment host) {
      var call = new Call(Kind.READ, this, List.of(host));
      watcher.before(call);
      var execution = new WatchedExecution(buffer.read(host), watcher);
      watcher.after(call, List.of(execution));
      return execution;
    }

    @Override
    public void close() {
      watcher.before(new Call(Kind.CLOSE_BUFFER, this, List.of()));
      buffer.close();
    }
  }

  private static final class WatchedExecutable implements Executable {
    private final Executable executable;
    private final Program program;
    private final Watcher watcher;

    WatchedExecutable(Executable executable, Program program, Watcher watcher) {
      this.executable = executable;
      this.program = program;
      this.watcher = watcher;
    }

    @Override
    public Execution bind(List<Buffer> arguments, List<Buffer> results) {
      var call = new Call(Kind.BIND, this, List.of(program, arguments, results));
      watcher.before(call);
      var execution = executable.bind(bare(arguments), bare(results));
      var watched = new WatchedExecution(execution, watcher);
      watcher.after(call, List.of(watched));
      return watched;
    }

    /** Buffers that are not watched are another device's: the backend shall see them so. */
    private static List<Buffer> bare(List<Buffer> buffers) {
      Stream<Buffer> bare =
          buffers.stream().map(each -> each instanceof WatchedBuffer own ? own.buffer : each);
      return bare.toList();
    }

    @Override
    public CompileReport report() {
      return executable.report();
    }

    @Override
    public void close() {
      watcher.before(new Call(Kind.CLOSE_EXECUTABLE, this, List.of()));
      executable.close();
    }
  }

  private static final class WatchedExecution implements Execution {
    private final Execution execution;
    private final Watcher watcher;

    WatchedExecution(Execution execution, Watcher watcher) {
      this.execution = execution;
      this.watcher = watcher;
    }

    @Override
    public void start() {
      watcher.before(new Call(Kind.START, this, List.of()));
      execution.start();
    }

    @Override
    public void await() {
      watcher.before(new Call(Kind.AWAIT, this, List.of()));
      execution.await();
    }

    @Override
    public boolean measure(long[] nanos) {
      return execution.measure(nanos);
    }

    @Override
    public boolean isDone() {
      return execution.isDone();
    }

    @Override
    public void whenDone(Consumer<Optional<BackplaneException>> action) {
      execution.whenDone(action);
    }

    @Override
    public void close() {
      watcher.before(new Call(Kind.CLOSE_EXECUTION, this, List.of()));
      execution.close();
    }
  }
}
