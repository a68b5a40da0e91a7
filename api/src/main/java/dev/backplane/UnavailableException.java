package dev.backplane;

/**
 * What was asked for cannot be had on this host: no device, no program, no network. The message
 * says why, and what would do instead. The command line ends with exit code 3.
 */
public final class UnavailableException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A reason for the user. */
  public UnavailableException(String message) {
    super(message);
  }

  /** A reason for the user, with its cause. */
  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
