package dev.backplane.recipes.format;

import dev.backplane.BackplaneException;

/** A file or input is not what its reader can take. */
public final class MalformedDataException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /**
   * Says what was expected and what was found.
   *
   * @param where the file or input
   * @param expected what would fit
   * @param found what is there
   */
  public MalformedDataException(String where, String expected, String found) {
    super(where + ": expected " + expected + ", found " + found);
  }

  /** As above, with the failure of the reader. */
  public MalformedDataException(String where, String expected, String found, Throwable cause) {
    super(where + ": expected " + expected + ", found " + found, cause);
  }
}
