package dev.backplane.backend.tpu.pjrt;

/** A function of a plugin gave an error. */
public final class PjrtException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String said;

  PjrtException(String function, ErrorCode code, String said) {
    super(function + ": " + code + ": " + said);
    this.code = code;
    this.said = said;
  }

  /** The kind of error. */
  public ErrorCode code() {
    return code;
  }

  /** What the plugin said, without the function's name. */
  public String said() {
    return said;
  }
}
