package dev.backplane.integration.osgi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;

/** Bundles that a test makes of its own classes, or of a bundle that the build made. */
public final class BundleJar {
  private BundleJar() {}

  /**
   * A bundle of the classes of one package of the tests.
   *
   * @param activator its activator; the package is the activator's
   * @param headers further headers, the imports among them: nothing is imported that is not said,
   *     so that nothing is wired that a swap should leave alone
   */
  public static Path of(
      Path file,
      String symbolicName,
      String version,
      Class<?> activator,
      Map<String, String> headers)
      throws IOException {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.putValue("Manifest-Version", "1.0");
    main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    main.putValue(Constants.BUNDLE_SYMBOLICNAME, symbolicName);
    main.putValue(Constants.BUNDLE_VERSION, version);
    main.putValue(Constants.BUNDLE_ACTIVATOR, activator.getName());
    headers.forEach(main::putValue);
    var root = root(activator);
    var folder = root.resolve(activator.getPackageName().replace('.', '/'));
    try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest);
        var classes = Files.list(folder)) {
      for (var type : classes.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new JarEntry(root.relativize(type).toString()));
        Files.copy(type, jar);
      }
    }
    return file;
  }

  private static Path root(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How one entry of a bundle is changed. */
  @FunctionalInterface
  public interface Change {
    /** The new contents. */
    byte[] apply(byte[] contents);
  }

  /** A copy of a bundle with another version, and with some of its entries changed. */
  public static Path newVersion(Path bundle, Path file, String version, Map<String, Change> changes)
      throws IOException {
    var left = new LinkedHashMap<>(changes);
    try (var from = new JarFile(bundle.toFile())) {
      var manifest = new Manifest(from.getManifest());
      manifest.getMainAttributes().putValue(Constants.BUNDLE_VERSION, version);
      try (var to = new JarOutputStream(Files.newOutputStream(file), manifest)) {
        from.stream()
            .filter(entry -> !entry.getName().equals(JarFile.MANIFEST_NAME))
            .filter(entry -> !entry.isDirectory())
            .forEach(entry -> copy(from, entry, to, left.remove(entry.getName())));
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(bundle + " has no " + left.keySet());
    }
    return file;
  }

  private static void copy(JarFile from, JarEntry entry, JarOutputStream to, Change change) {
    try (var in = from.getInputStream(entry)) {
      to.putNextEntry(new JarEntry(entry.getName()));
      if (change == null) {
        in.transferTo(to);
      } else {
        var bytes = new ByteArrayOutputStream();
        in.transferTo(bytes);
        to.write(change.apply(bytes.toByteArray()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
