package dev.backplane.extension;

import dev.backplane.BackplaneException;

/**
 * A plugin's part did what it must not: its own code threw, or what it gave back is no answer. The
 * message names the part, its bundle and what it was asked for.
 */
public final class PartFailedException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure described for the user: which part of which bundle, and what it did. */
  public PartFailedException(String message) {
    super(message);
  }

  /** A failure described for the user, with its cause. */
  public PartFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
