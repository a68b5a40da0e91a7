package dev.backplane.backend.tpu;

import dev.backplane.BackplaneException;
import dev.backplane.backend.CompilationFailedException;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.tpu.pjrt.ErrorCode;
import dev.backplane.backend.tpu.pjrt.PjrtException;

/** What a plugin's errors are to the user of a device. */
final class Failures {
  private Failures() {}

  /** Of work that was submitted. */
  static BackplaneException ofWork(String device, PjrtException e) {
    var message = device + ": the work failed: " + e.getMessage();
    return e.code() == ErrorCode.RESOURCE_EXHAUSTED
        ? new OutOfDeviceMemoryException(message, e)
        : new DeviceLostException(message, e);
  }

  /** Of a program that was to be compiled. */
  static BackplaneException ofCompilation(String device, PjrtException e) {
    return switch (e.code()) {
      case RESOURCE_EXHAUSTED ->
          new OutOfDeviceMemoryException(device + ": no room for a program: " + e.getMessage(), e);
      case UNIMPLEMENTED ->
          new UnsupportedProgramException(
              device + ": its compiler cannot do a part of the program: " + e.getMessage(), e);
      default ->
          new CompilationFailedException(device + ": its compiler failed: " + e.getMessage(), e);
    };
  }
}
