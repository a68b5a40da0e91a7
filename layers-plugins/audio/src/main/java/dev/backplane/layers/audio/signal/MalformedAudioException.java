package dev.backplane.layers.audio.signal;

import dev.backplane.BackplaneException;

/** A file is no recording that can be read here. */
public final class MalformedAudioException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /**
   * Says what was expected and what was found.
   *
   * @param where the file, and the place in it
   * @param expected what would fit
   * @param found what is there
   */
  public MalformedAudioException(String where, String expected, String found) {
    super(where + ": expected " + expected + ", found " + found);
  }

  /** As above, with the failure of the reader. */
  public MalformedAudioException(String where, String expected, String found, Throwable cause) {
    super(where + ": expected " + expected + ", found " + found, cause);
  }
}
