package dev.backplane.backend.tpu.programs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Compiled programs in a folder, each in a file named by its {@link ProgramKey}: a mark, the key,
 * the SHA-256 of what follows, its length, and the bytes the plugin gave. A plugin does not survive
 * bytes that are not its own, so nothing is given to it that is not whole. Several processes may
 * use a folder at once: a file is written beside and moved into place.
 */
public final class ProgramCache {
  private static final byte[] MARK = "backplane program 1\n".getBytes(StandardCharsets.UTF_8);
  private static final int HEADER = MARK.length + 2 * ProgramKey.length() + Long.BYTES;
  private static final String SUFFIX = ".program";
  private static final String LIMIT = "backplane.pjrt.programs";
  private static final long DEFAULT_LIMIT = 512;

  /** Of the limit: how much is written before the whole folder is looked at again. */
  private static final int SHARE = 16;

  private final Path folder;
  private final long limit;

  /** Bytes that may be written before the folder is looked at again; guarded by this. */
  private long spare;

  /**
   * The programs of a folder.
   *
   * @param folder is made when the first program is kept
   * @param limit bytes of all programs together; those used least recently go; 0 keeps none
   */
  public ProgramCache(Path folder, long limit) {
    this.folder = folder;
    this.limit = limit;
  }

  /**
   * That of this process: the folder {@code pjrt-programs} of the cache, of so many MiB as {@code
   * -Dbackplane.pjrt.programs} says.
   *
   * @param cache the cache's folder
   */
  public static ProgramCache in(Path cache) {
    long megabytes = Math.max(0, Long.getLong(LIMIT, DEFAULT_LIMIT));
    return new ProgramCache(cache.resolve("pjrt-programs"), megabytes << 20);
  }

  private Path file(ProgramKey key) {
    return folder.resolve(key.hash() + SUFFIX);
  }

  /** The bytes kept under a key; what is broken or not ours counts as not kept, and is told. */
  public Optional<byte[]> get(ProgramKey key) {
    var file = file(key);
    try {
      if (Files.size(file) > Integer.MAX_VALUE - 8) {
        reject(key, "it is too large to be one");
        return Optional.empty();
      }
      var all = Files.readAllBytes(file);
      var flaw = flaw(all, key);
      if (flaw.isPresent()) {
        reject(key, flaw.get());
        return Optional.empty();
      }
      touch(file);
      return Optional.of(Arrays.copyOfRange(all, HEADER, all.length));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      reject(key, "it cannot be read: " + e);
      return Optional.empty();
    }
  }

  /** Why a file is not what was kept under a key. */
  private static Optional<String> flaw(byte[] all, ProgramKey key) {
    if (all.length < HEADER || !Arrays.equals(all, 0, MARK.length, MARK, 0, MARK.length)) {
      return Optional.of("it does not begin as one does");
    }
    var rest = ByteBuffer.wrap(all, MARK.length, all.length - MARK.length);
    var found = new byte[ProgramKey.length()];
    rest.get(found);
    if (!Arrays.equals(found, key.bytes())) {
      return Optional.of("it is that of another program");
    }
    var digest = new byte[ProgramKey.length()];
    rest.get(digest);
    long length = rest.getLong();
    if (length != rest.remaining()) {
      return Optional.of("expected " + length + " bytes, found " + rest.remaining());
    }
    return Arrays.equals(digest, digest(all, HEADER))
        ? Optional.empty()
        : Optional.of("its bytes have changed since they were written");
  }

  private static byte[] digest(byte[] bytes, int from) {
    var digest = ProgramKey.sha256();
    digest.update(bytes, from, bytes.length - from);
    return digest.digest();
  }

  /** Says why a kept program is not used; it is compiled and written anew. */
  public void reject(ProgramKey key, String reason) {
    log(
        System.Logger.Level.INFO,
        "the kept program " + file(key) + " is not used, but made anew: " + reason);
  }

  /** Keeps a program. Where that cannot be, the next process compiles it again. */
  public void put(ProgramKey key, byte[] program) {
    if (HEADER + (long) program.length > limit) {
      return;
    }
    try {
      Files.createDirectories(folder);
      var beside = Files.createTempFile(folder, key.hash(), ".new");
      try {
        var header =
            ByteBuffer.allocate(HEADER)
                .put(MARK)
                .put(key.bytes())
                .put(digest(program, 0))
                .putLong(program.length);
        try (var out = Files.newOutputStream(beside)) {
          out.write(header.array());
          out.write(program);
        }
        Files.move(
            beside, file(key), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(beside);
      }
      makeRoom(HEADER + (long) program.length);
    } catch (IOException | java.io.UncheckedIOException e) {
      log(System.Logger.Level.DEBUG, "a compiled program is not kept in " + folder + ": " + e);
    }
  }

  /** A file of the folder as it was looked at. */
  private record Kept(Path file, long bytes, FileTime used) {}

  /**
   * Deletes what was used least recently, if the folder holds more than the limit with what was
   * written now. It is not listed each time: a conformance kit keeps ten thousand programs.
   */
  private synchronized void makeRoom(long written) throws IOException {
    spare -= written;
    if (spare >= 0) {
      return;
    }
    var all = new ArrayList<Kept>();
    long bytes = 0;
    for (var file : files()) {
      try {
        var kept = new Kept(file, Files.size(file), Files.getLastModifiedTime(file));
        all.add(kept);
        bytes += kept.bytes();
      } catch (NoSuchFileException e) {
        // Another process has made room.
        continue;
      }
    }
    if (bytes > limit) {
      bytes = delete(all, bytes, limit - limit / SHARE);
    }
    spare = Math.min(limit - bytes, limit / SHARE);
  }

  /** Deletes what was used least recently until so many bytes are left, or less; says how many. */
  private static long delete(List<Kept> all, long bytes, long left) throws IOException {
    all.sort(Comparator.comparing(Kept::used));
    for (var kept : all) {
      if (bytes <= left) {
        break;
      }
      Files.deleteIfExists(kept.file());
      bytes -= kept.bytes();
    }
    return bytes;
  }

  /** Programs, and what processes that died while writing have left. */
  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(SUFFIX) || file.toString().endsWith(".new"))
          .toList();
    }
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      log(System.Logger.Level.DEBUG, "the time of " + file + " cannot be set: " + e);
    }
  }

  private static void log(System.Logger.Level level, String message) {
    System.getLogger(ProgramCache.class.getName()).log(level, message);
  }
}
