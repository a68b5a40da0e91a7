package dev.backplane.backend;

import dev.backplane.BackplaneException;

/** The device, or the bundle that drives it, is gone. What it held is lost. */
public final class DeviceLostException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure described for the user: which op, device and bundle, and what to do. */
  public DeviceLostException(String message) {
    super(message);
  }

  /** A failure described for the user, with its cause. */
  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
