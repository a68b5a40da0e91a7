package dev.backplane.runtime.checkpoint;

import dev.backplane.BackplaneException;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.extension.Json;
import dev.backplane.runtime.extension.JsonFormat;
import dev.backplane.runtime.extension.Located;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The folder of a run: {@code config.json}, {@code metrics.csv} and {@code checkpoints/}. A kill at
 * any moment leaves it with its last whole checkpoint. One process at a time writes to it.
 */
public final class RunFolder implements AutoCloseable {
  /** How many checkpoints are kept. */
  public static final int KEPT = 2;

  private static final String CONFIG = "config.json";
  private static final long MOST_CONFIG = 64L << 20;
  private static final String METRICS = "metrics.csv";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String BEST = "best-";
  private static final String LOCK = ".lock";
  private static final Pattern NAME = Pattern.compile("step-[0-9]{12}");

  /** The folders this process writes to. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final Path real;
  private final FileChannel lock;

  private RunFolder(Path folder, Path real, FileChannel lock) {
    this.folder = folder;
    this.real = real;
    this.lock = lock;
  }

  /**
   * Opens a folder for writing, making it where it is not there, and clears away what a killed
   * process left half written.
   *
   * @throws BackplaneException if another process trains into it, or it cannot be written
   */
  public static RunFolder open(Path folder) {
    try {
      Files.createDirectories(folder.resolve(CHECKPOINTS));
      Durable.forceFolder(folder);
      var real = folder.toRealPath();
      var opened = new RunFolder(folder, real, lock(folder, real));
      try {
        for (var left : list(folder.resolve(CHECKPOINTS))) {
          if (left.getFileName().toString().startsWith(".")) {
            Durable.deleteTree(left);
          }
        }
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (IOException e) {
      throw new BackplaneException(
          "run folder " + folder + ": cannot be written: " + reason(e) + "; choose another folder",
          e);
    }
  }

  /**
   * The file is not even opened where this process holds it: on Linux closing it once more would
   * let go of the lock that is held.
   */
  private static FileChannel lock(Path folder, Path real) throws IOException {
    if (!HELD.add(real)) {
      throw busy(folder);
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      locked = channel.tryLock() != null;
      if (!locked) {
        throw busy(folder);
      }
      return channel;
    } finally {
      if (!locked) {
        HELD.remove(real);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static BackplaneException busy(Path folder) {
    return new BackplaneException(
        "run folder "
            + folder
            + ": another training writes to it; wait for its end, or choose"
            + " another folder");
  }

  /** The folder. */
  public Path path() {
    return folder;
  }

  /** Whether there is a configuration, and so a run. */
  public boolean isRun() {
    return Files.exists(folder.resolve(CONFIG));
  }

  /**
   * Reads the configuration of a run.
   *
   * @throws MalformedModelException if there is none
   */
  public static Located config(Path folder) {
    try {
      return Checkpoint.readJson(folder.resolve(CONFIG), MOST_CONFIG, folder + "/" + CONFIG);
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** Writes the configuration. */
  public void config(Json config) {
    writing(CONFIG, () -> Durable.replace(folder, CONFIG, JsonFormat.pretty(config)));
  }

  /**
   * Reads the last checkpoint of a run, if it has one; also while a training goes on writing.
   *
   * @throws MalformedModelException if it is not whole, naming the one before it if that is
   */
  public static Optional<Checkpoint> last(Path folder) {
    try {
      for (var names = checkpoints(folder); !names.isEmpty(); ) {
        try {
          return Optional.of(Checkpoint.read(checkpoint(folder, names.getLast())));
        } catch (MalformedModelException | NoSuchFileException e) {
          // A training that goes on lets go of old ones: then there is a newer one to be read.
          var now = checkpoints(folder);
          if (now.isEmpty() || now.getLast().equals(names.getLast())) {
            throw broken(folder, names, e);
          }
          names = now;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static Path checkpoint(Path folder, String name) {
    return folder.resolve(CHECKPOINTS).resolve(name);
  }

  /** Tells of a checkpoint that is not whole, and which one there is instead. */
  private static MalformedModelException broken(Path folder, List<String> names, Exception cause)
      throws IOException {
    var last = checkpoint(folder, names.getLast());
    for (var earlier : names.subList(0, names.size() - 1).reversed()) {
      if (isWhole(checkpoint(folder, earlier))) {
        return new MalformedModelException(
            last.toString(),
            "a checkpoint that is not whole (" + cause.getMessage() + ")",
            "a whole one; the one before it, " + earlier + ", is: delete this one to go on there",
            cause);
      }
    }
    return cause instanceof MalformedModelException malformed
        ? malformed
        : new MalformedModelException(
            last.toString(), "no such file " + cause.getMessage(), "a whole checkpoint", cause);
  }

  private static boolean isWhole(Path checkpoint) throws IOException {
    try {
      Checkpoint.read(checkpoint);
      return true;
    } catch (MalformedModelException | NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Saves a checkpoint, and lets go of those before the last {@link #KEPT}.
   *
   * @throws BackplaneException if it cannot be written, such as on a full disk; nothing of it is
   *     left then, and the checkpoints before are kept
   */
  public void save(Checkpoint checkpoint) {
    var name = String.format(Locale.ROOT, "step-%012d", checkpoint.position().steps());
    writing(
        CHECKPOINTS + "/" + name,
        () -> {
          if (Files.exists(checkpoint(folder, name))) {
            return;
          }
          place(name, checkpoint);
          var names = checkpoints(folder);
          for (var old : names.subList(0, Math.max(0, names.size() - KEPT))) {
            Durable.deleteTree(checkpoint(folder, old));
          }
        });
  }

  private void place(String name, Checkpoint checkpoint) throws IOException {
    var aside = checkpoint(folder, "." + name);
    try {
      Durable.deleteTree(aside);
      Files.createDirectory(aside);
      checkpoint.write(aside);
      Files.move(aside, checkpoint(folder, name), StandardCopyOption.ATOMIC_MOVE);
      Durable.forceFolder(folder.resolve(CHECKPOINTS));
    } catch (IOException e) {
      Durable.deleteTree(aside);
      throw e;
    }
  }

  /**
   * Saves what the best epoch so far came to, beside that of the best before, which is needed until
   * the epoch's own checkpoint is saved; see {@link #forgetBestBut}.
   */
  public void saveBest(Checkpoint checkpoint) {
    var name = best(checkpoint.position().epochs());
    writing(
        CHECKPOINTS + "/" + name,
        () -> {
          // From before a kill: the epoch is made again, perhaps on another device.
          Durable.deleteTree(checkpoint(folder, name));
          place(name, checkpoint);
        });
  }

  /** Lets go of what was best before an epoch, from 1. */
  public void forgetBestBut(int epoch) {
    writing(
        CHECKPOINTS,
        () -> {
          for (var path : list(folder.resolve(CHECKPOINTS))) {
            var name = path.getFileName().toString();
            if (name.startsWith(BEST) && !name.equals(best(epoch))) {
              Durable.deleteTree(path);
            }
          }
        });
  }

  /**
   * Reads what the best epoch of a run came to.
   *
   * @param epoch which that is, from 1
   * @throws MalformedModelException if it is not there or not whole
   */
  public static Checkpoint best(Path folder, int epoch) {
    try {
      return Checkpoint.read(checkpoint(folder, best(epoch)));
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static String best(int epoch) {
    return String.format(Locale.ROOT, "%s%06d", BEST, epoch);
  }

  /**
   * Writes the figures of all epochs, in place of what was there: after a resume the file ends
   * where the checkpoint does.
   */
  public void metrics(List<Map<String, Double>> history) {
    var columns = new LinkedHashSet<String>();
    history.forEach(row -> columns.addAll(row.keySet()));
    var text = new StringBuilder("epoch");
    columns.forEach(column -> text.append(',').append(column));
    text.append('\n');
    for (int i = 0; i < history.size(); i++) {
      text.append(i + 1);
      for (var column : columns) {
        var figure = history.get(i).get(column);
        text.append(',').append(figure == null ? "" : figure.toString());
      }
      text.append('\n');
    }
    var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    writing(METRICS, () -> Durable.replace(folder, METRICS, bytes));
  }

  /** The names of the checkpoints, oldest first. */
  private static List<String> checkpoints(Path folder) throws IOException {
    var names = new ArrayList<String>();
    for (var path : list(folder.resolve(CHECKPOINTS))) {
      if (NAME.matcher(path.getFileName().toString()).matches()) {
        names.add(path.getFileName().toString());
      }
    }
    return names.stream().sorted().toList();
  }

  static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var paths = Files.list(folder)) {
      return paths.toList();
    }
  }

  /** Something that writes. */
  public interface Writing {
    /** Writes; may be called again after it was interrupted. */
    void write() throws IOException;
  }

  /**
   * Writes into the folder, to the end whether or not the thread is interrupted.
   *
   * @param what for messages
   * @throws BackplaneException if it cannot be written
   */
  public void writing(String what, Writing writing) {
    try {
      uninterrupted(writing);
    } catch (IOException e) {
      throw new BackplaneException(
          "run folder "
              + folder
              + ": cannot write "
              + what
              + ": "
              + reason(e)
              + "; "
              + kept()
              + "; free some space or choose another folder, then resume",
          e);
    }
  }

  /**
   * Writes to the end whether or not the thread is interrupted: a channel closes itself under an
   * interrupted thread, and whoever asked for an end would lose what was to be kept. The interrupt
   * is there again afterwards.
   */
  private static void uninterrupted(Writing writing) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          writing.write();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String kept() {
    try {
      var names = checkpoints(folder);
      return names.isEmpty()
          ? "there is no checkpoint yet"
          : "the last checkpoint, " + names.getLast() + ", is kept";
    } catch (IOException e) {
      return "the checkpoints cannot be listed: " + reason(e);
    }
  }

  static BackplaneException unreadable(Path folder, IOException e) {
    return new BackplaneException("run folder " + folder + ": cannot be read: " + reason(e), e);
  }

  /** What the file system said, without the path it puts before it. */
  private static String reason(IOException e) {
    if (e instanceof java.nio.file.FileSystemException at && at.getReason() != null) {
      return at.getReason();
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Lets others write. Idempotent. */
  @Override
  public void close() {
    if (!lock.isOpen()) {
      return;
    }
    try {
      lock.close();
    } catch (IOException e) {
      throw new BackplaneException("run folder " + folder + ": its lock did not close", e);
    } finally {
      HELD.remove(real);
    }
  }
}
