package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.kit.check.Bindings;
import java.util.List;

/** A program that was compiled for hardware elsewhere. The machine code is not kept. */
final class AheadExecutable implements Executable {
  private final AheadDevice device;
  private final Program program;
  private final CompileReport report;
  private volatile boolean closed;

  AheadExecutable(AheadDevice device, Program program, CompileReport report) {
    this.device = device;
    this.program = program;
    this.report = report;
  }

  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    requireOpen();
    Bindings.checkGroup(program, device.group(), arguments, results);
    requireOwn("argument", arguments);
    requireOwn("result", results);
    return new AheadExecution(this::requireOpen);
  }

  private void requireOwn(String what, List<Buffer> buffers) {
    for (int i = 0; i < buffers.size(); i++) {
      if (!(buffers.get(i) instanceof AheadBuffer buffer) || buffer.device() != device) {
        throw new IllegalArgumentException(
            "bind C6: " + what + " " + i + " is a buffer of another device");
      }
      buffer.requireOpen();
    }
  }

  private void requireOpen() {
    device.requireOpen();
    if (closed) {
      throw new IllegalStateException("the executable is closed");
    }
  }

  @Override
  public CompileReport report() {
    return report;
  }

  @Override
  public void close() {
    closed = true;
  }
}
