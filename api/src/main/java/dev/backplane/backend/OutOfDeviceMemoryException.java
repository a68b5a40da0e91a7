package dev.backplane.backend;

import dev.backplane.BackplaneException;

/** A device has no room. The message names what was asked for and what there is. */
public final class OutOfDeviceMemoryException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure described for the user: which op, device and bundle, and what to do. */
  public OutOfDeviceMemoryException(String message) {
    super(message);
  }

  /** A failure described for the user, with its cause. */
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
