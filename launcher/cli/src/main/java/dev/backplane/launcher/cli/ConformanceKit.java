package dev.backplane.launcher.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * The bundle of the conformance kit. It lies beside the bundles of the assembly and is installed
 * when it is asked for, so that no other command's start pays for it.
 */
final class ConformanceKit {
  private static final String NAME = "dev.backplane.tck";

  private ConformanceKit() {}

  /** Makes its package available to this bundle, which imports it dynamically. */
  static void install(BundleContext context) {
    for (var bundle : context.getBundles()) {
      if (NAME.equals(bundle.getSymbolicName())) {
        return;
      }
    }
    var jar = jar(context.getBundle().getLocation());
    try {
      context.installBundle("reference:" + jar.toUri());
    } catch (BundleException e) {
      throw new CommandException(
          ExitCode.FAILED, "cannot install " + jar + ": " + e.getMessage(), e);
    }
  }

  private static Path jar(String location) {
    int file = location.indexOf("file:");
    if (file >= 0) {
      var bundles = Path.of(URI.create(location.substring(file))).getParent();
      var kit = bundles == null ? Path.of("kit") : bundles.resolveSibling("kit");
      try (var jars = Files.list(kit)) {
        var found = jars.filter(jar -> jar.toString().endsWith(".jar")).findFirst();
        if (found.isPresent()) {
          return found.get();
        }
      } catch (IOException e) {
        throw missing(e);
      }
    }
    throw missing(null);
  }

  private static CommandException missing(@Nullable IOException cause) {
    var message = "the conformance kit is not here: install the bundle " + NAME;
    return cause == null
        ? new CommandException(ExitCode.FAILED, message)
        : new CommandException(ExitCode.FAILED, message, cause);
  }
}
