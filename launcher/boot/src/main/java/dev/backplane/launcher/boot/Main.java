package dev.backplane.launcher.boot;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * Starts the framework and the assembly, hands the arguments to the service {@code
 * ToIntFunction<String[]>} with the property {@code backplane.command=main}, and exits with what it
 * returns.
 *
 * <p>The assembly is the folder named by the system property {@code backplane.assembly}, else the
 * folder {@code bundles} beside this jar or beside its folder.
 */
public final class Main {
  private static final int FAILED = 1;
  private static final int INTERRUPTED = 130;

  private Main() {}

  /**
   * The process.
   *
   * @param arguments those of the command line, passed on as they are
   */
  public static void main(String[] arguments) {
    int status;
    try {
      status = run(arguments);
    } catch (LaunchException e) {
      System.err.println("backplane: " + e.getMessage());
      status = FAILED;
    }
    System.exit(status);
  }

  private static int run(String[] arguments) throws LaunchException {
    var storage = Storage.create();
    var framework = framework(storage);
    var shutdown = new Shutdown(framework, storage, Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(new Thread(shutdown, "backplane-shutdown"));
    try {
      return run(arguments, framework, shutdown);
    } catch (LaunchException | RuntimeException | LinkageError e) {
      if (shutdown.hasBegun()) {
        // The framework went away under a start that was still at work: an end, not a failure.
        return INTERRUPTED;
      }
      throw e;
    }
  }

  private static int run(String[] arguments, Framework framework, Shutdown shutdown)
      throws LaunchException {
    try {
      framework.start();
    } catch (BundleException e) {
      throw new LaunchException("the OSGi framework did not start: " + e.getMessage(), e);
    }
    var context = framework.getBundleContext();
    var leftOut = new Assembly(assembly()).start(context);
    var command = command(context, leftOut);
    shutdown.commandStarts();
    try {
      return command.applyAsInt(arguments);
    } finally {
      shutdown.commandReturned();
    }
  }

  private static Framework framework(Storage storage) throws LaunchException {
    var factory =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow(
                () -> new LaunchException("no OSGi framework on the module path; build again"));
    return factory.newFramework(
        Map.of(
            Constants.FRAMEWORK_STORAGE,
            storage.folder().toString(),
            Constants.FRAMEWORK_STORAGE_CLEAN,
            Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT,
            // A vendor's own log of bundle events belongs in its log service, not on the terminal.
            "eclipse.log.enabled",
            "false"));
  }

  private static Path assembly() throws LaunchException {
    var named = System.getProperty("backplane.assembly");
    if (named != null) {
      return Path.of(named);
    }
    try {
      var jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      var beside = jar.toRealPath().resolveSibling("bundles");
      return Files.isDirectory(beside) ? beside : beside.resolve("../../bundles").normalize();
    } catch (URISyntaxException | IOException e) {
      throw new LaunchException("cannot tell where the launcher's own jar is: " + e, e);
    }
  }

  /** Bundles offer their services while they start, so by now it is there or never will be. */
  @SuppressWarnings("unchecked") // the property backplane.command=main promises String[]
  private static ToIntFunction<String[]> command(BundleContext context, List<String> leftOut)
      throws LaunchException {
    try {
      var offered = context.getServiceReferences(ToIntFunction.class, "(backplane.command=main)");
      if (offered.isEmpty()) {
        throw new LaunchException(
            "no bundle of the assembly offers the command line.\n" + String.join("\n", leftOut));
      }
      return context.getService(offered.iterator().next());
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("a constant filter", e);
    }
  }
}
