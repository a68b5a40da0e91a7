package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import java.util.List;

/** A compiled program behind its lease's gate. */
record LeasedExecutable(Executable executable, Gate gate) implements Executable {
  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    return gate.pass(
        () ->
            new LeasedExecution(
                executable.bind(
                    arguments.stream().map(this::own).toList(),
                    results.stream().map(this::own).toList()),
                gate));
  }

  private Buffer own(Buffer buffer) {
    if (buffer instanceof LeasedBuffer leased && leased.gate() == gate) {
      return leased.buffer();
    }
    throw new IllegalArgumentException(
        "bind: the buffer of " + buffer.type() + " is not of this device");
  }

  @Override
  public CompileReport report() {
    return gate.pass(executable::report);
  }

  /** Closing the device has freed it where the gate is shut. */
  @Override
  public void close() {
    if (gate.tryEnter()) {
      try {
        executable.close();
      } finally {
        gate.exit();
      }
    }
  }
}
