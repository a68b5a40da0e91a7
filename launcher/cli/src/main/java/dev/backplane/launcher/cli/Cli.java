package dev.backplane.launcher.cli;

import com.google.inject.Injector;
import dev.backplane.BackplaneException;
import dev.backplane.UnavailableException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** From the arguments to an exit code; whatever goes wrong on the way ends as words. */
@Singleton
final class Cli {
  private final Injector injector;
  private final PluginNews news;
  private final CommandLine main;

  @Inject
  Cli(Injector injector, PluginNews news) {
    this.injector = injector;
    this.news = news;
    main = line(BackplaneCommand.class);
  }

  /** The command of the process. */
  int run(String[] arguments) {
    try {
      news.begin();
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED.number;
    }
    return execute(
        main,
        arguments,
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8));
  }

  /**
   * One command.
   *
   * @param root whose subcommand it is
   * @param arguments its name first
   * @param out for what was asked
   * @param err for everything else
   * @return its exit code
   */
  int execute(Class<?> root, String[] arguments, PrintWriter out, PrintWriter err) {
    return execute(line(root), arguments, out, err);
  }

  private int execute(CommandLine line, String[] arguments, PrintWriter out, PrintWriter err) {
    line.setOut(out);
    line.setErr(err);
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      line.getErr()
          .println(
              "backplane: the JVM is out of memory ("
                  + e.getMessage()
                  + "): allow it more, for example with BACKPLANE_JAVA_OPTIONS=-Xmx8g");
      return ExitCode.FAILED.number;
    } catch (Error e) {
      // picocli hands on what is no exception; without words the JVM would print its trace.
      return failed(e, line.getErr());
    }
  }

  /** A root with its subcommands, ready to be asked. */
  CommandLine line(Class<?> root) {
    var line = new CommandLine(root, new OursByGuice(injector));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Cli::wrongUsage);
    line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command.getErr()));
    return line;
  }

  private static int wrongUsage(ParameterException e, String[] arguments) {
    var line = e.getCommandLine();
    var err = line.getErr();
    err.println("backplane: " + message(e));
    err.println("Try '" + qualifiedName(line) + "'.");
    return ExitCode.WRONG_USAGE.number;
  }

  /** In a shell the root has no name. */
  private static String qualifiedName(CommandLine line) {
    var name = line.getCommandSpec().qualifiedName().strip();
    return name.isEmpty() ? "help" : name + " --help";
  }

  /** picocli's words, but for a name nobody knows: there the nearest known one helps more. */
  private static String message(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return String.valueOf(e.getMessage());
    }
    var name = unmatched.getUnmatched().getFirst();
    var spec = e.getCommandLine().getCommandSpec();
    if (unmatched.isUnknownOption()) {
      return "there is no option '" + name + "'" + Nearest.hint(name, spec.optionsMap().keySet());
    }
    return spec.subcommands().isEmpty()
        ? "'" + name + "' is one argument too many"
        : "there is no command '" + name + "'" + Nearest.hint(name, spec.subcommands().keySet());
  }

  private int failed(Throwable e, PrintWriter err) {
    if (e instanceof CommandException expected) {
      err.println("backplane: " + expected.getMessage());
      return expected.exitCode().number;
    }
    if (e instanceof UnavailableException expected) {
      err.println("backplane: " + expected.getMessage());
      return ExitCode.NOTHING_FITS.number;
    }
    if (e instanceof BackplaneException expected) {
      err.println("backplane: " + expected.getMessage());
      return ExitCode.FAILED.number;
    }
    if (frameworkIsStopping()) {
      err.println("backplane: interrupted"); // what it needed has gone, as the process goes
      return ExitCode.INTERRUPTED.number;
    }
    err.println("backplane: unexpected " + e);
    err.println("This is a defect of Backplane. " + report(e));
    return ExitCode.FAILED.number;
  }

  private boolean frameworkIsStopping() {
    try {
      var framework =
          injector.getInstance(BundleContext.class).getBundle(Constants.SYSTEM_BUNDLE_ID);
      return framework == null || (framework.getState() & (Bundle.STARTING | Bundle.ACTIVE)) == 0;
    } catch (IllegalStateException e) {
      return true; // this bundle's own context has gone already
    }
  }

  /** Where the stack trace went: a file, because a terminal is no place for it. */
  private static String report(Throwable e) {
    try {
      var file = Files.createTempFile("backplane-defect-", ".txt");
      try (var out = new PrintWriter(Files.newBufferedWriter(file))) {
        e.printStackTrace(out);
      }
      return "Please report it with " + file + ".";
    } catch (IOException unwritable) {
      return "(Its details could not be written to "
          + Path.of(System.getProperty("java.io.tmpdir"))
          + ".)";
    }
  }

  /** Makes our classes by Guice; the JDK's, such as the list of an option's values, by picocli. */
  private record OursByGuice(Injector injector) implements IFactory {
    @Override
    public <T> T create(Class<T> type) throws Exception {
      return type.getPackageName().equals(Cli.class.getPackageName())
          ? injector.getInstance(type)
          : CommandLine.defaultFactory().create(type);
    }
  }
}
