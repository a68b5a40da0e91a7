package dev.backplane.launcher.boot;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The framework's storage: a folder of this process alone, because two frameworks on one folder are
 * not locked out from each other. It goes with the process; what a killed process left is removed
 * by the next one.
 */
record Storage(Path folder) implements AutoCloseable {
  private static final String PREFIX = "backplane-framework-";

  /** Makes the folder of the running process under {@code java.io.tmpdir}. */
  static Storage create() throws LaunchException {
    var parent = Path.of(System.getProperty("java.io.tmpdir"));
    removeLeftovers(parent);
    try {
      return new Storage(
          Files.createTempDirectory(parent, PREFIX + ProcessHandle.current().pid() + "-"));
    } catch (IOException e) {
      throw new LaunchException(
          "cannot make the framework's storage folder in "
              + parent
              + " ("
              + e
              + "); make it writable, or name one that is: TMPDIR for ./backplane, else"
              + " -Djava.io.tmpdir",
          e);
    }
  }

  private static void removeLeftovers(Path parent) {
    try (var folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (var folder : folders) {
        if (Files.isWritable(folder) && !isOwnerAlive(folder)) {
          new Storage(folder).close();
        }
      }
    } catch (IOException e) {
      // Leftovers cost disk space, not correctness: the launch goes on.
    }
  }

  private static boolean isOwnerAlive(Path folder) {
    var name = folder.getFileName().toString().substring(PREFIX.length());
    var end = name.indexOf('-');
    try {
      return end < 0
          || ProcessHandle.of(Long.parseLong(name.substring(0, end)))
              .filter(ProcessHandle::isAlive)
              .isPresent();
    } catch (NumberFormatException e) {
      return true; // not a folder of ours
    }
  }

  @Override
  public void close() {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path directory, @Nullable IOException exception) throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      // The next launch removes what could not be removed now.
    }
  }
}
