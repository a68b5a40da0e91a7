package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.backend.tpu.pjrt.LoadedProgram;
import dev.backplane.kit.check.Bindings;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A program the plugin has compiled. */
final class TpuExecutable implements Executable {
  private final TpuDevice device;
  private final Program program;
  private final Compiling.Compiled compiled;
  private final Set<TpuExecution> executions = new HashSet<>();
  private boolean closed;

  TpuExecutable(TpuDevice device, Program program, Compiling.Compiled compiled) {
    this.device = device;
    this.program = program;
    this.compiled = compiled;
  }

  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    device.requireOpen();
    int in = program.graph().inputs().size();
    int out = program.graph().outputs().size();
    int group = device.group();
    Bindings.checkGroup(program, group, arguments, results);
    var own = own("argument", arguments, in);
    var ownResults = own("result", results, out);
    var execution =
        TpuExecution.of(
            device,
            group,
            arena -> new BoundProgram(this, program.donations(), own, ownResults, arena),
            this::closed);
    device.lock.lock();
    try {
      requireOpen();
      executions.add(execution);
    } catch (RuntimeException e) {
      execution.close();
      throw e;
    } finally {
      device.lock.unlock();
    }
    return execution;
  }

  private TpuBuffer[] own(String what, List<Buffer> buffers, int each) {
    var own = new TpuBuffer[buffers.size()];
    for (int i = 0; i < own.length; i++) {
      if (!(buffers.get(i) instanceof TpuBuffer buffer) || buffer.device() != device) {
        throw new IllegalArgumentException(
            "bind C6: " + what + " " + i + " is a buffer of another device");
      }
      if (buffer.replica() != i / each) {
        throw new IllegalArgumentException(
            "bind C6: %s %d is a buffer of replica %d, expected one of replica %d"
                .formatted(what, i, buffer.replica(), i / each));
      }
      buffer.requireOpen();
      own[i] = buffer;
    }
    return own;
  }

  private void closed(TpuExecution execution) {
    device.lock.lock();
    try {
      executions.remove(execution);
    } finally {
      device.lock.unlock();
    }
  }

  LoadedProgram loaded() {
    return compiled.program();
  }

  int group() {
    return device.group();
  }

  void requireOpen() {
    device.requireOpen();
    if (closed) {
      throw new IllegalStateException("the executable is closed");
    }
  }

  @Override
  public CompileReport report() {
    return compiled.report();
  }

  @Override
  public void close() {
    List<TpuExecution> work;
    device.lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      work = List.copyOf(executions);
    } finally {
      device.lock.unlock();
    }
    work.forEach(TpuExecution::close);
    device.lock.lock();
    try {
      compiled.program().close();
    } finally {
      device.lock.unlock();
    }
    device.closed(this);
  }
}
