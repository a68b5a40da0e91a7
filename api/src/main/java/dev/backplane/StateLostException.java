package dev.backplane;

/**
 * The value of a state is gone, because a program failed that was updating it in place. The message
 * names the state and the failure; it is there again once it has been written.
 */
public final class StateLostException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure that names the state. */
  public StateLostException(String message) {
    super(message);
  }
}
