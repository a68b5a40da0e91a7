package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import java.util.List;

/** A compiled program behind its lease's gate. */
record LeasedExecutable(Leased<Executable> executable, Lease lease) implements Executable {
  @Override
  public Execution bind(List<Buffer> arguments, List<Buffer> results) {
    return lease.pass(
        () ->
            lease.execution(
                executable
                    .get()
                    .bind(
                        arguments.stream().map(this::own).toList(),
                        results.stream().map(this::own).toList())));
  }

  private Buffer own(Buffer buffer) {
    if (buffer instanceof LeasedBuffer leased && leased.lease() == lease) {
      return leased.buffer().get();
    }
    throw new IllegalArgumentException(
        "bind: the buffer of " + buffer.type() + " is not of this device");
  }

  @Override
  public CompileReport report() {
    return lease.pass(() -> executable.get().report());
  }

  /** Closing the device has freed it where the gate is shut. */
  @Override
  public void close() {
    lease.close(executable);
  }
}
