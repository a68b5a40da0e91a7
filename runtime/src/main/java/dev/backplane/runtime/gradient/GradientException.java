package dev.backplane.runtime.gradient;

import dev.backplane.BackplaneException;

/** A gradient that does not exist: the message names the op, the reason and what to do instead. */
public final class GradientException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** An exception with a message for the user. */
  public GradientException(String message) {
    super(message);
  }
}
