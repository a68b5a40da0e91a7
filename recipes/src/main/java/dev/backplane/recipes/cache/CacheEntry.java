package dev.backplane.recipes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A dataset's folder in the cache: the pinned files, and a record of when each was last found
 * whole. The record makes a look cheap (length and time of change); where it does not fit, or is
 * not there, the contents are hashed again.
 */
record CacheEntry(DatasetPin pin, Path folder) {
  private static final String RECORD = ".verified";

  /** What a look at the folder found. */
  sealed interface State {
    /** All files are there and are what their pins say. */
    record Whole() implements State {}

    /** There is no such folder. */
    record Absent() implements State {}

    /**
     * The folder is there, but is not the dataset.
     *
     * @param reason what is wrong, for people
     */
    record Damaged(String reason) implements State {}
  }

  /**
   * Looks at the folder.
   *
   * @param thorough whether to hash the contents whatever the record says
   * @throws IOException if a file cannot be read
   */
  State look(boolean thorough) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new State.Absent();
    }
    var problems = new ArrayList<String>();
    boolean recorded = !thorough && readRecord().equals(recordLines());
    for (var file : pin.files()) {
      var path = folder.resolve(file.name());
      if (!Files.isRegularFile(path)) {
        problems.add(file.name() + " is missing");
      } else if (Files.size(path) != file.bytes()) {
        problems.add(
            "%s: expected %,d bytes, found %,d"
                .formatted(file.name(), file.bytes(), Files.size(path)));
      } else if (!recorded) {
        var found = Sha256.ofFile(path);
        if (!found.equals(file.sha256())) {
          problems.add(file.name() + ": expected sha256 " + file.sha256() + ", found " + found);
        }
      }
    }
    if (!problems.isEmpty()) {
      return new State.Damaged(String.join("; ", problems));
    }
    return new State.Whole();
  }

  /** Writes the record for a folder whose contents have just been verified. */
  void writeRecord() throws IOException {
    var partial = folder.resolve(RECORD + "-" + UUID.randomUUID());
    Files.write(partial, recordLines());
    Files.move(partial, folder.resolve(RECORD), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Writes the record of a whole entry that has none, so that the next look is cheap. */
  void remember() {
    try {
      if (!readRecord().equals(recordLines())) {
        writeRecord();
      }
    } catch (IOException e) {
      // A cache that only others may write stays as it is; the next look hashes again.
      return;
    }
  }

  private List<String> recordLines() throws IOException {
    var lines = new ArrayList<String>();
    for (var file : pin.files()) {
      var path = folder.resolve(file.name());
      if (Files.isRegularFile(path)) {
        long changed = Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
        lines.add("%s %d %d %s".formatted(file.sha256(), Files.size(path), changed, file.name()));
      }
    }
    return lines;
  }

  private List<String> readRecord() {
    try {
      return Files.readAllLines(folder.resolve(RECORD));
    } catch (IOException e) {
      // Absent or unreadable: the contents are hashed, which is only slower.
      return List.of();
    }
  }

  /**
   * Puts a verified folder in this entry's place. Whoever has the old files open or mapped keeps
   * them.
   *
   * @param verified a folder beside this entry, on the same file system
   */
  void replaceBy(Path verified) throws IOException {
    if (Files.exists(folder)) {
      var old =
          folder.resolveSibling("." + folder.getFileName() + ".partial-old-" + UUID.randomUUID());
      Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
      deleteTree(old);
    }
    Files.move(verified, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Removes what earlier processes left when they were killed; only for the holder of the entry's
   * lock.
   */
  void removeLeftovers() throws IOException {
    var prefix = "." + folder.getFileName() + ".partial-";
    List<Path> leftovers;
    try (var siblings = Files.list(folder.getParent())) {
      leftovers =
          siblings.filter(path -> path.getFileName().toString().startsWith(prefix)).toList();
    }
    for (var leftover : leftovers) {
      deleteTree(leftover);
    }
  }

  /** A new folder beside the entry, which {@link #removeLeftovers} knows. */
  Path newPartial() throws IOException {
    return Files.createDirectory(
        folder.resolveSibling("." + folder.getFileName() + ".partial-" + UUID.randomUUID()));
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> deepestFirst;
    try (var paths = Files.walk(root)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (var path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
