package dev.backplane.recipes.cache;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What the cache tells while it gets a dataset, for a progress bar or a log. Events come on the
 * fetching thread.
 */
public sealed interface FetchEvent {
  /** Name of the dataset this is about. */
  String dataset();

  /**
   * The copy in the cache is not the dataset; it is fetched again.
   *
   * @param dataset name of the dataset
   * @param entry folder of the damaged copy
   * @param reason what is wrong with it
   */
  record DamagedEntry(String dataset, Path entry, String reason) implements FetchEvent {}

  /**
   * Another process or thread fetches the same dataset; this one waits for it.
   *
   * @param dataset name of the dataset
   * @param lock the lock file that is waited for
   */
  record Waiting(String dataset, Path lock) implements FetchEvent {}

  /**
   * A source is asked.
   *
   * @param dataset name of the dataset
   * @param source the source, in words
   */
  record Trying(String dataset, String source) implements FetchEvent {}

  /**
   * Bytes arrive.
   *
   * @param dataset name of the dataset
   * @param source the source, in words
   * @param doneBytes bytes so far
   * @param totalBytes bytes in all, where the source says so
   */
  record Progress(String dataset, String source, long doneBytes, OptionalLong totalBytes)
      implements FetchEvent {}

  /**
   * A source did not give the dataset; the next one is tried.
   *
   * @param dataset name of the dataset
   * @param source the source, in words
   * @param reason why not
   */
  record SourceFailed(String dataset, String source, String reason) implements FetchEvent {}

  /**
   * The dataset is whole and lies in the cache.
   *
   * @param dataset name of the dataset
   * @param source the source that gave it
   * @param folder where it lies
   * @param licence its licence and origin
   */
  record Fetched(String dataset, String source, Path folder, String licence)
      implements FetchEvent {}
}
