package dev.backplane.layers.vision.file;

import dev.backplane.BackplaneException;

/** A file is no picture that can be read here, or a folder no data set of pictures. */
public final class MalformedImageException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /**
   * Says what was expected and what was found.
   *
   * @param where the file or folder
   * @param expected what would fit
   * @param found what is there
   */
  public MalformedImageException(String where, String expected, String found) {
    super(where + ": expected " + expected + ", found " + found);
  }

  /** As above, with the failure of the reader. */
  public MalformedImageException(String where, String expected, String found, Throwable cause) {
    super(where + ": expected " + expected + ", found " + found, cause);
  }
}
