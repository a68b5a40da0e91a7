package dev.backplane.runtime.checkpoint;

import dev.backplane.BackplaneException;
import dev.backplane.io.MalformedModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The texts that belong to a run's model, such as a vocabulary: the folder {@code files}. */
public final class OwnFiles {
  private static final String FOLDER = "files";
  private static final long MOST = 256L << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private OwnFiles() {}

  /**
   * A name that is safe on every file system.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "file name: expected up to 100 letters, digits, dots, dashes and underlines, the first a"
              + " letter or digit, found \""
              + name
              + "\"");
    }
    return name;
  }

  /** Writes the files of a run that begins or goes on, in place of what was there. */
  public static void write(RunFolder run, SortedMap<String, String> files) {
    run.writing(
        FOLDER,
        () -> {
          var folder = run.path().resolve(FOLDER);
          if (contents(folder).equals(files)) {
            return;
          }
          Durable.deleteTree(folder);
          Files.createDirectory(folder);
          for (var file : files.entrySet()) {
            var bytes = file.getValue().getBytes(StandardCharsets.UTF_8);
            Durable.write(folder.resolve(file.getKey()), bytes);
          }
          Durable.forceFolder(folder);
          Durable.forceFolder(run.path());
        });
  }

  /**
   * Reads the files of a run; none where it was given none.
   *
   * @throws MalformedModelException if one is no UTF-8, too large, or has a name that no run gives
   */
  public static SortedMap<String, String> read(Path run) {
    try {
      return contents(run.resolve(FOLDER));
    } catch (IOException e) {
      throw RunFolder.unreadable(run, e);
    }
  }

  private static SortedMap<String, String> contents(Path folder) throws IOException {
    var files = new TreeMap<String, String>();
    for (var file : RunFolder.list(folder)) {
      var name = file.getFileName().toString();
      if (!NAME.matcher(name).matches() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new MalformedModelException(
            folder.toString(), "\"" + name + "\"", "only files that the run was given");
      }
      long size = Files.size(file);
      if (size > MOST) {
        throw new MalformedModelException(file.toString(), size + " bytes", "at most " + MOST);
      }
      try {
        files.put(name, Files.readString(file));
      } catch (CharacterCodingException e) {
        throw new MalformedModelException(file.toString(), "bytes of another kind", "UTF-8", e);
      }
    }
    return files;
  }

  /**
   * Refuses to go on with other files than the run began with.
   *
   * @throws BackplaneException naming the first that differs
   */
  public static void requireSame(Path run, SortedMap<String, String> files) {
    var found = read(run);
    var names = new TreeMap<>(found);
    names.putAll(files);
    for (var name : names.keySet()) {
      var before = found.get(name);
      var now = files.get(name);
      if (before == null || !before.equals(now)) {
        throw new BackplaneException(
            "resume: "
                + run.resolve(FOLDER).resolve(name)
                + (before == null
                    ? " is not there, but is given now"
                    : now == null ? " is not given now" : " differs from what is given now")
                + "; give what the run began with, or train into another folder");
      }
    }
  }
}
