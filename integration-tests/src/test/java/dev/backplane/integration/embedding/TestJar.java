package dev.backplane.integration.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.Constants;

/** A class of the tests as a bundle. */
final class TestJar {
  private TestJar() {}

  /**
   * A bundle with one class, its activator, that imports the framework's packages and others.
   *
   * @param more packages it imports beside the framework's
   */
  static Path of(Path folder, Class<? extends BundleActivator> activator, String... more)
      throws IOException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.putValue("Manifest-Version", "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, activator.getName());
    headers.putValue(Constants.BUNDLE_ACTIVATOR, activator.getName());
    headers.putValue(
        Constants.IMPORT_PACKAGE,
        String.join(",", "org.osgi.framework", "org.osgi.util.tracker", String.join(",", more))
            .replaceAll(",$", ""));
    var jar = folder.resolve(activator.getSimpleName() + ".jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      // The class around the activator, too, where there is one.
      for (var type : new LinkedHashSet<Class<?>>(List.of(activator, activator.getNestHost()))) {
        var name = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        Files.copy(Artifacts.tests().resolve(name), out);
      }
    }
    return jar;
  }
}
