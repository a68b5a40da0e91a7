package dev.backplane.backend;

import dev.backplane.BackplaneException;

/** A device does not run a program. The message names the first op and why. */
public final class UnsupportedProgramException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure described for the user: which op, device and bundle, and what to do. */
  public UnsupportedProgramException(String message) {
    super(message);
  }

  /** A failure described for the user, with its cause. */
  public UnsupportedProgramException(String message, Throwable cause) {
    super(message, cause);
  }
}
