package dev.backplane.launcher.plots;

import dev.backplane.BackplaneException;

/** This JVM cannot draw: it lacks {@code java.desktop}, or finds no font. */
public final class PlotsUnavailableException extends BackplaneException {
  private static final long serialVersionUID = 1;

  PlotsUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
