package dev.backplane.launcher.deployer.assembly;

import org.jspecify.annotations.Nullable;

/** A file cannot be taken for a bundle, in words for whoever put it there. */
public final class NoBundleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean incomplete;

  /**
   * For a file.
   *
   * @param incomplete whether it may become whole
   * @param message what is wrong and what to do
   * @param cause of it
   */
  public NoBundleException(boolean incomplete, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.incomplete = incomplete;
  }

  /** Whether it looks like a jar that is still being copied: it may become whole. */
  public boolean incomplete() {
    return incomplete;
  }

  /** What is wrong with the file, and what to do. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
