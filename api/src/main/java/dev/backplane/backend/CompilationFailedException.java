package dev.backplane.backend;

import dev.backplane.BackplaneException;

/** A device's compiler failed on a program it should have compiled. */
public final class CompilationFailedException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure described for the user: which op, device and bundle, and what to do. */
  public CompilationFailedException(String message) {
    super(message);
  }

  /** A failure described for the user, with its cause. */
  public CompilationFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
