package dev.backplane.launcher.cli;

import dev.backplane.launcher.deployer.Plugins;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;

/** What the deployer has to tell, for people: lines among the others, and above a progress bar. */
@Singleton
final class PluginNews {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BundleContext context;
  private volatile Consumer<String> printer = PluginNews::print;

  @Inject
  PluginNews(BundleContext context) {
    this.context = context;
  }

  /** The folder of plugins, if one is watched. */
  Optional<Plugins> plugins() {
    return Optional.ofNullable(context.getServiceReference(Plugins.class)).map(context::getService);
  }

  /** Where news go from now on. */
  void printTo(Consumer<String> other) {
    printer = other;
  }

  /** Waits for the plugins that were in the folder when the process began, and prints the news. */
  void begin() throws InterruptedException {
    var plugins = plugins();
    if (plugins.isPresent()) {
      plugins.get().listen(line -> printer.accept(line));
      if (!plugins.get().awaitFirstLook(PATIENCE)) {
        printer.accept("plugins: not all have come in yet; the command goes on without them");
      }
    }
  }

  /**
   * Prints a line in one go: a bar is drawn anew below it, and no other writer comes in between.
   */
  static void print(String line) {
    System.err.print(ProgressDisplay.isOnTerminal() ? "\r\033[K" + line + "\n" : line + "\n");
    System.err.flush();
  }
}
