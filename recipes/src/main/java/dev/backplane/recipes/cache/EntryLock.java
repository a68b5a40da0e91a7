package dev.backplane.recipes.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to replace one entry of the cache, held by one thread of one process at a time. It ends
 * with its process, however that ends; the lock file stays, since deleting it would let two
 * processes lock two files of one name.
 */
final class EntryLock implements AutoCloseable {
  /**
   * The files this process holds. Each is opened by its holder alone: on POSIX systems closing any
   * channel of a file lets go of the process's lock on it, whoever took it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private EntryLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Waits for the lock.
   *
   * @param whenBusy run once if somebody else holds it
   * @throws IOException if the file cannot be made, or the lock is not to be had within {@code
   *     limit}
   * @throws InterruptedException if interrupted while waiting
   */
  static EntryLock acquire(Path file, Duration limit, Runnable whenBusy)
      throws IOException, InterruptedException {
    var path = file.toAbsolutePath().normalize();
    long deadline = System.nanoTime() + limit.toNanos();
    var lock = attempt(path);
    if (lock == null) {
      whenBusy.run();
    }
    while (lock == null) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "somebody else has held " + file + " for " + limit.toSeconds() + " s");
      }
      Thread.sleep(100);
      lock = attempt(path);
    }
    return lock;
  }

  private static @Nullable EntryLock attempt(Path file) throws IOException {
    if (!HELD.add(file)) {
      return null;
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      locked = isLocked(channel);
      return locked ? new EntryLock(file, channel) : null;
    } finally {
      if (!locked) {
        if (channel != null) {
          channel.close();
        }
        HELD.remove(file);
      }
    }
  }

  /** Another version of this bundle in the same process shows as an exception, not as null. */
  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      HELD.remove(file);
    }
  }
}
