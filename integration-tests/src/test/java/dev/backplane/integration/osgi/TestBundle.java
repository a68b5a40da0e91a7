package dev.backplane.integration.osgi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/**
 * Activator of the bundle that is made of the test classes. This package is boot-delegated, so the
 * framework and Jupiter see the same class, and the context can be handed over in a static field.
 */
public final class TestBundle implements BundleActivator {
  private static final BlockingQueue<BundleContext> STARTED = new ArrayBlockingQueue<>(1);

  /** For the framework. */
  public TestBundle() {}

  @Override
  public void start(BundleContext context) {
    STARTED.add(context);
  }

  @Override
  public void stop(BundleContext context) {}

  /** The context of the bundle that has just been installed and started. */
  static BundleContext started() {
    var context = STARTED.poll();
    if (context == null) {
      throw new IllegalStateException("the bundle of the test classes did not start");
    }
    return context;
  }

  /** All classes and resources beside a test class; it imports what it comes to use. */
  static byte[] jar(Class<?> testClass) throws IOException, URISyntaxException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.putValue("Manifest-Version", "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "test." + testClass.getName());
    headers.putValue(Constants.BUNDLE_ACTIVATOR, TestBundle.class.getName());
    headers.putValue(Constants.IMPORT_PACKAGE, "org.osgi.framework");
    headers.putValue(Constants.DYNAMICIMPORT_PACKAGE, "*");
    var root = Path.of(testClass.getProtectionDomain().getCodeSource().getLocation().toURI());
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest);
        var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(root.relativize(file).toString()));
        Files.copy(file, jar);
      }
    }
    return bytes.toByteArray();
  }
}
