package dev.backplane;

/**
 * The root of all errors Backplane raises on purpose. Messages say what, where, expected, found.
 */
public class BackplaneException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An exception with a message for the user. */
  public BackplaneException(String message) {
    super(message);
  }

  /** An exception with a message for the user and its cause. */
  public BackplaneException(String message, Throwable cause) {
    super(message, cause);
  }
}
