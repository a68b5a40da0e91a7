package dev.backplane.recipes.cache;

import java.util.Locale;
import java.util.Objects;

/**
 * One file of a dataset, pinned by what it contains once it is decompressed: whoever hands over
 * these bytes, in whatever archive, hands over the file.
 *
 * @param name plain file name, without a folder and without {@code .gz}
 * @param bytes length of the decompressed contents
 * @param sha256 digest of the decompressed contents, 64 lower-case hexadecimal digits
 */
public record PinnedFile(String name, long bytes, String sha256) {
  /**
   * Checks the pin itself.
   *
   * @throws IllegalArgumentException if the name could leave its folder, the length is negative or
   *     the digest is not one
   */
  public PinnedFile {
    Objects.requireNonNull(name, "name");
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException(
          "pinned file: expected a plain file name of letters, digits, '.', '_' and '-', found \""
              + name
              + "\"");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("pinned file " + name + ": negative length " + bytes);
    }
    if (!sha256.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException(
          "pinned file "
              + name
              + ": expected 64 hexadecimal digits of a sha256, found \""
              + sha256
              + "\"");
    }
    sha256 = sha256.toLowerCase(Locale.ROOT);
  }
}
