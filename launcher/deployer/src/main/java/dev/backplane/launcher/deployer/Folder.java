package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.assembly.NoBundleException;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder, each read once it has come to rest. What is half-copied is left alone
 * until it is whole; what was whole before counts until then.
 */
final class Folder {
  /** A file as old as that is at rest at the first look. */
  private static final Duration AT_REST = Duration.ofSeconds(2);

  /** So long nobody is told of a file that is not whole: it may still be copied. */
  private static final Duration UNWHOLE = Duration.ofSeconds(3);

  private static final List<String> UNFINISHED =
      List.of(".tmp", ".part", ".partial", ".crdownload", ".swp", "~");

  private final Path path;
  private final Copies copies;
  private final Map<Path, Seen> seen = new TreeMap<>();
  private boolean unsettled;
  private Optional<String> trouble = Optional.empty();

  Folder(Path path, Copies copies) {
    this.path = path;
    this.copies = copies;
  }

  /**
   * One file as it is now.
   *
   * @param file the file
   * @param jar the last whole bundle that it was
   * @param trouble what is wrong with it now
   * @param isJar whether it claims to be one
   */
  record Found(Path file, Optional<PluginJar> jar, Optional<String> trouble, boolean isJar) {
    String name() {
      return String.valueOf(file.getFileName());
    }
  }

  /** What tells a file from what it was before. */
  private record Stamp(long size, FileTime modified, @Nullable Object key) {}

  /** What is known of a file. */
  private static final class Seen {
    private Stamp stamp;
    private Instant since;
    private boolean read;
    private boolean retry;
    private Optional<PluginJar> jar = Optional.empty();
    private Optional<String> trouble = Optional.empty();

    Seen(Stamp stamp, Instant since) {
      this.stamp = stamp;
      this.since = since;
    }
  }

  Path path() {
    return path;
  }

  /** Whether some file has changed too lately to be read: the next look will tell more. */
  boolean isUnsettled() {
    return unsettled;
  }

  /** Why the folder itself cannot be looked at. */
  Optional<String> trouble() {
    return trouble;
  }

  /** The files as they are now, by name. A folder that is not there has none. */
  List<Found> look() {
    var now = new HashMap<Path, Seen>();
    unsettled = false;
    try (var entries = Files.newDirectoryStream(path)) {
      for (var file : entries) {
        if (isOfInterest(file)) {
          now.put(file, look(file));
        }
      }
      trouble = Optional.empty();
    } catch (NoSuchFileException e) {
      trouble = Optional.empty();
    } catch (NotDirectoryException e) {
      trouble = Optional.of("is a file: a folder is expected there");
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      // A network folder may be away for a while: what is in stays in.
      trouble = Optional.of("cannot be listed: " + e);
      return found();
    }
    seen.keySet().retainAll(now.keySet());
    seen.putAll(now);
    return found();
  }

  private List<Found> found() {
    var found = new ArrayList<Found>();
    seen.forEach(
        (file, about) -> found.add(new Found(file, about.jar, about.trouble, isJar(file))));
    return found;
  }

  private static boolean isJar(Path file) {
    return String.valueOf(file.getFileName()).endsWith(".jar");
  }

  private static boolean isOfInterest(Path file) {
    var name = String.valueOf(file.getFileName());
    return !name.startsWith(".") && UNFINISHED.stream().noneMatch(name::endsWith);
  }

  private Seen look(Path file) {
    var now = Instant.now();
    var stamp = stamp(file);
    var before = seen.get(file);
    if (before == null) {
      before = new Seen(stamp, now);
    } else if (!before.stamp.equals(stamp)) {
      before.stamp = stamp;
      before.since = now;
      before.read = false;
    }
    if (!before.read || before.retry) {
      if (isAtRest(before, now)) {
        read(file, before, now);
      } else {
        unsettled = true;
      }
    }
    return before;
  }

  /** A file that is not there, such as what a link leads to, has a stamp of its own. */
  private static Stamp stamp(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    } catch (IOException e) {
      return new Stamp(-1, FileTime.fromMillis(0), null);
    }
  }

  /** It was the same at an earlier look, or has long been as it is. */
  private static boolean isAtRest(Seen file, Instant now) {
    return file.since.isBefore(now)
        || file.stamp.modified().toInstant().isBefore(now.minus(AT_REST));
  }

  private void read(Path file, Seen about, Instant now) {
    about.read = true;
    about.retry = false;
    if (!isJar(file)) {
      about.trouble = Optional.of("is no .jar and is left alone");
      return;
    }
    try {
      var jar = copies.take(file);
      if (!stamp(file).equals(about.stamp)) {
        // It changed under our eyes: what was read may be half of one and half of another.
        about.read = false;
        unsettled = true;
        return;
      }
      about.jar = Optional.of(jar);
      about.trouble = Optional.empty();
    } catch (NoBundleException e) {
      var lately = now.minus(UNWHOLE);
      boolean early =
          e.incomplete()
              && about.since.isAfter(lately)
              && about.stamp.modified().toInstant().isAfter(lately);
      about.retry = early || !Files.isReadable(file);
      unsettled |= early;
      if (!early) {
        about.trouble =
            Optional.of(
                e.getMessage()
                    + (e.incomplete() ? ". It is taken in when it is whole" : "")
                    + about.jar.map(jar -> "; " + jar + ", which it was before, stays").orElse(""));
      }
    }
  }
}
