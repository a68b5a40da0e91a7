package dev.backplane.recipes.cache;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A dataset as the cache knows it: the files it consists of, pinned by their contents, and where
 * they may come from.
 *
 * @param name name of the dataset, as recipes and people write it
 * @param files the files, all of which are needed
 * @param packages packages that contain the files, most preferred first
 * @param installedAt folders in which a system package leaves the files when it is installed
 * @param licence licence and origin of the data, one line for people
 */
public record DatasetPin(
    String name,
    List<PinnedFile> files,
    List<PackageSource> packages,
    List<Path> installedAt,
    String licence) {
  /**
   * Copies the lists and checks the pin itself.
   *
   * @throws IllegalArgumentException if the name is no plain name, there is no file, or two files
   *     share a name
   */
  public DatasetPin {
    Objects.requireNonNull(licence, "licence");
    if (!name.matches("[a-z0-9][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "dataset pin: expected a name of lower-case letters, digits and '-', found \""
              + name
              + "\"");
    }
    files = List.copyOf(files);
    packages = List.copyOf(packages);
    installedAt = List.copyOf(installedAt);
    if (files.isEmpty()) {
      throw new IllegalArgumentException("dataset pin " + name + ": no files");
    }
    var names = new HashSet<String>();
    for (var file : files) {
      if (!names.add(file.name())) {
        throw new IllegalArgumentException(
            "dataset pin " + name + ": two files are named " + file.name());
      }
    }
  }

  /**
   * The dataset's folder in a cache: its name and a digest of its pins, so that other pins never
   * meet this entry.
   */
  public String entryName() {
    var digest = Sha256.digest();
    for (var file : files) {
      digest.update((file.sha256() + " " + file.name() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return name + "-" + Sha256.hex(digest).substring(0, 16);
  }

  /** Length of all files together, decompressed. */
  public long totalBytes() {
    return files.stream().mapToLong(PinnedFile::bytes).sum();
  }

  /** The pinned file of that name, if the dataset has one. */
  public Optional<PinnedFile> file(String fileName) {
    return files.stream().filter(file -> file.name().equals(fileName)).findFirst();
  }
}
