package dev.backplane.data;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/** A service that knows how to get one data set. */
@ConsumerType
public interface DatasetProvider {
  /** The stable name, such as {@code fashion-mnist}. */
  String name();

  /**
   * Opens the data set, fetching it first where it must be.
   *
   * @throws dev.backplane.BackplaneException naming files, hashes and options if it cannot be had
   */
  Dataset open(Access access);

  /**
   * How to get at data.
   *
   * @param folder a folder of the user's that holds the files; empty to use cache and network
   * @param progress is told what happens, in short lines
   */
  record Access(Optional<Path> folder, Consumer<String> progress) {
    /** Cache and network, silent. */
    public static Access silent() {
      return new Access(Optional.empty(), line -> {});
    }
  }
}
