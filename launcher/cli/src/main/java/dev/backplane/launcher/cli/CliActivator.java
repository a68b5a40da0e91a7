package dev.backplane.launcher.cli;

import com.google.inject.Guice;
import com.google.inject.Stage;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Offers the command line to the process that started the framework. */
public final class CliActivator implements BundleActivator {
  /** For the framework. */
  public CliActivator() {}

  @Override
  public void start(BundleContext context) {
    // Wired at the call, not at the start: by then every bundle has started.
    ToIntFunction<String[]> command =
        arguments ->
            Guice.createInjector(Stage.PRODUCTION, new ServicesModule(context))
                .getInstance(Cli.class)
                .run(arguments);
    context.registerService(
        ToIntFunction.class, command, new Hashtable<>(Map.of("backplane.command", "main")));
  }

  @Override
  public void stop(BundleContext context) {}
}
