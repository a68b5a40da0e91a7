package dev.backplane.recipes.cache;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * Puts what happens into short lines for people, and passes on at most one a second while bytes
 * arrive.
 */
final class ProgressLines implements Consumer<FetchEvent> {
  private static final long NANOS_BETWEEN = 1_000_000_000L;

  private final Consumer<String> lines;
  private long next = System.nanoTime() + NANOS_BETWEEN;

  ProgressLines(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void accept(FetchEvent event) {
    var text =
        switch (event) {
          case FetchEvent.DamagedEntry e ->
              "the copy in " + e.entry() + " is damaged and is fetched again: " + e.reason();
          case FetchEvent.Waiting e -> "waiting for another process that fetches it";
          case FetchEvent.Trying e -> e.source();
          case FetchEvent.Progress e -> progress(e);
          case FetchEvent.SourceFailed e -> e.source() + " failed: " + e.reason();
          case FetchEvent.Fetched e -> "is now in " + e.folder() + "; licence: " + e.licence();
        };
    if (!text.isEmpty()) {
      lines.accept(event.dataset() + ": " + text);
    }
  }

  private String progress(FetchEvent.Progress event) {
    if (event.doneBytes() < 100_000 || System.nanoTime() - next < 0) {
      return "";
    }
    next = System.nanoTime() + NANOS_BETWEEN;
    var done = megabytes(event.doneBytes());
    return event.totalBytes().isPresent()
        ? done + " of " + megabytes(event.totalBytes().getAsLong()) + " MB"
        : done + " MB";
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
  }
}
