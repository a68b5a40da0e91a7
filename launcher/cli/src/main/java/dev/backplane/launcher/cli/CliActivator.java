package dev.backplane.launcher.cli;

import com.google.inject.Guice;
import com.google.inject.Stage;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Offers the command line to the process that started the framework. */
public final class CliActivator implements BundleActivator {
  /** For the framework. */
  public CliActivator() {}

  @Override
  public void start(BundleContext context) {
    // Wiring takes a while and needs no other bundle, as services are bound as proxies: it goes on
    // while the others start.
    var cli =
        new FutureTask<>(
            () ->
                Guice.createInjector(Stage.PRODUCTION, new ServicesModule(context))
                    .getInstance(Cli.class));
    Thread.ofPlatform().daemon().name("backplane-cli").start(cli);
    ToIntFunction<String[]> command = arguments -> run(cli, arguments);
    context.registerService(
        ToIntFunction.class, command, new Hashtable<>(Map.of("backplane.command", "main")));
  }

  private static int run(Future<Cli> cli, String[] arguments) {
    try {
      return cli.get().run(arguments);
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED.number;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the command line could not be wired", e.getCause());
    }
  }

  @Override
  public void stop(BundleContext context) {}
}
