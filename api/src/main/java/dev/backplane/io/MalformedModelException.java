package dev.backplane.io;

import dev.backplane.BackplaneException;

/** A file that is not what it should be. The message says where, what was found and expected. */
public final class MalformedModelException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** A malformed file. */
  public MalformedModelException(String where, String what, String expected) {
    super(where + ": " + what + "; expected " + expected);
  }

  /** A malformed file, with the failure that showed it. */
  public MalformedModelException(String where, String what, String expected, Throwable cause) {
    super(where + ": " + what + "; expected " + expected, cause);
  }
}
