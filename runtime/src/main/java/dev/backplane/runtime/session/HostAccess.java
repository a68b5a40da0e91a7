package dev.backplane.runtime.session;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;

/** Single values between buffers and the host, outside of programs. */
public final class HostAccess {
  private static final long ALIGNMENT = 64;

  private HostAccess() {}

  /** The value of a buffer, after the work submitted before. */
  public static Literal read(Buffer buffer) {
    // Shared, since a device may copy on a thread of its own.
    try (var arena = Arena.ofShared()) {
      var segment = arena.allocate(buffer.type().bytes(), ALIGNMENT);
      run(buffer.read(segment));
      return Literal.copyOf(buffer.type(), segment);
    }
  }

  /** Sets the value of a buffer; of the same type. */
  public static void write(Buffer buffer, Literal value) {
    try (var arena = Arena.ofShared()) {
      var segment = arena.allocate(buffer.type().bytes(), ALIGNMENT);
      segment.copyFrom(value.data());
      run(buffer.write(segment));
    }
  }

  private static void run(Execution copy) {
    try (copy) {
      copy.start();
      copy.await();
    }
  }
}
