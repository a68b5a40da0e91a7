package dev.backplane.recipes.cache;

import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The verified files of a dataset on this host, decompressed.
 *
 * @param pin the dataset
 * @param folder the folder that holds each of the pin's files under its name; not to be written to
 */
public record DatasetFiles(DatasetPin pin, Path folder) {
  /**
   * Path of one of the files.
   *
   * @throws IllegalArgumentException if the dataset has no file of that name
   */
  public Path file(String name) {
    return folder.resolve(
        pin.file(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "dataset "
                            + pin.name()
                            + " has no file "
                            + name
                            + "; it has "
                            + pin.files().stream()
                                .map(PinnedFile::name)
                                .collect(Collectors.joining(", "))))
            .name());
  }
}
