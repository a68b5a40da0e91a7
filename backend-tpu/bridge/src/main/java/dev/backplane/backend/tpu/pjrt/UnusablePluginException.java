package dev.backplane.backend.tpu.pjrt;

/** A library that is no plugin we can talk to. The message says why, for the user. */
public final class UnusablePluginException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why. */
  public UnusablePluginException(String message) {
    super(message);
  }

  /** Why, and its cause. */
  public UnusablePluginException(String message, Throwable cause) {
    super(message, cause);
  }
}
