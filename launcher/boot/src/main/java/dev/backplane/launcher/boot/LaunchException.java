package dev.backplane.launcher.boot;

import org.jspecify.annotations.Nullable;

/** A reason why the launch cannot go on, in words for whoever typed the command. */
final class LaunchException extends Exception {
  private static final long serialVersionUID = 1L;

  LaunchException(String message) {
    super(message);
  }

  LaunchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
