package dev.backplane.recipes.cache;

import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.ReadOnlyFileSystemException;

/**
 * Puts failures of the Java platform into words: some of its exceptions carry nothing but a path.
 */
final class Failures {
  private Failures() {}

  static String text(Throwable failure) {
    var message = failure.getMessage() == null ? "" : failure.getMessage();
    return switch (failure) {
      case NoSuchFileException e -> "no such file: " + message;
      case AccessDeniedException e -> "permission denied: " + message;
      case ReadOnlyFileSystemException e -> "the file system is read-only";
      case UnknownHostException e -> "unknown host " + message;
      default -> message.isEmpty() ? failure.getClass().getSimpleName() : message;
    };
  }
}
