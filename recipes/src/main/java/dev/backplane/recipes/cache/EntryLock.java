package dev.backplane.recipes.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The right to replace one entry of the cache, held by one thread of one process at a time. It ends
 * with its process, however that ends; the lock file stays, since deleting it would let two
 * processes lock two files of one name.
 */
final class EntryLock implements AutoCloseable {
  private final FileChannel channel;

  private EntryLock(FileChannel channel) {
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
    var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean acquired = false;
    try {
      long deadline = System.nanoTime() + limit.toNanos();
      if (tryLock(channel) == null) {
        whenBusy.run();
        while (tryLock(channel) == null) {
          if (System.nanoTime() - deadline > 0) {
            throw new IOException(
                "another process has held " + file + " for " + limit.toSeconds() + " s");
          }
          Thread.sleep(100);
        }
      }
      acquired = true;
      return new EntryLock(channel);
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  /**
   * Within one virtual machine the platform answers with an exception where it says null between
   * processes.
   */
  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
