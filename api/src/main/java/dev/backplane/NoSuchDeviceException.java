package dev.backplane;

/** There is no usable device of the wanted id. The message lists those there are, with reasons. */
public final class NoSuchDeviceException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A failure that lists what there is. */
  public NoSuchDeviceException(String message) {
    super(message);
  }
}
