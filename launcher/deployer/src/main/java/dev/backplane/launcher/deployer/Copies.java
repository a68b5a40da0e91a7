package dev.backplane.launcher.deployer;

import dev.backplane.launcher.deployer.assembly.NoBundleException;
import dev.backplane.launcher.deployer.assembly.PluginJar;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;

/**
 * Our own copies of the jars of the folder, by digest: whatever happens to a file there, what is
 * installed here stays whole, and what was replaced can come back.
 *
 * @param folder of this process alone
 */
record Copies(Path folder) {
  /**
   * Copies a file and reads the copy.
   *
   * @throws NoBundleException if it is no whole bundle; nothing is kept then
   */
  PluginJar take(Path file) throws NoBundleException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      return PluginJar.read(file); // which says what is wrong with it
    }
    Path copy;
    try {
      Files.createDirectories(folder);
      copy = Files.createTempFile(folder, "new", ".jar");
    } catch (IOException e) {
      throw new NoBundleException(true, "cannot be copied to " + folder + ": " + e, e);
    }
    try {
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      var jar = PluginJar.read(copy);
      Files.move(copy, of(jar), StandardCopyOption.REPLACE_EXISTING);
      return jar;
    } catch (IOException e) {
      throw new NoBundleException(true, "cannot be copied to " + folder + ": " + e, e);
    } finally {
      delete(copy);
    }
  }

  private static void delete(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      // It costs disk space until the process ends, nothing else.
    }
  }

  private Path of(PluginJar jar) {
    return folder.resolve(jar.digest() + ".jar");
  }

  InputStream open(PluginJar jar) throws IOException {
    return Files.newInputStream(of(jar));
  }

  /** Deletes the copies of all others. */
  void keep(Set<PluginJar> wanted) {
    try (var copies = Files.newDirectoryStream(folder, "*.jar")) {
      for (var copy : copies) {
        if (wanted.stream().noneMatch(jar -> of(jar).equals(copy))) {
          delete(copy);
        }
      }
    } catch (IOException e) {
      // As above.
    }
  }
}
