package dev.backplane.runtime;

import dev.backplane.Backplane;
import dev.backplane.BackplaneProvider;
import dev.backplane.backend.Backend;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.extension.Extensions;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** Starts the engine on class and module path, with every service that is found there. */
public final class EngineProvider implements BackplaneProvider {
  /** For the service loader. */
  public EngineProvider() {}

  @Override
  public Backplane start() {
    var engine = new Engine();
    each(ServiceLoader.load(Backend.class), engine::addBackend);
    each(ServiceLoader.load(Extensions.class), engine::addExtensions);
    each(ServiceLoader.load(DatasetProvider.class), engine::addDataset);
    each(ServiceLoader.load(Recipe.class), engine::addRecipe);
    return engine;
  }

  /** A provider that cannot be made is reported and left out: the others work without it. */
  private static <S> void each(ServiceLoader<S> services, Consumer<S> taker) {
    var providers = services.iterator();
    while (true) {
      try {
        if (!providers.hasNext()) {
          return;
        }
        taker.accept(providers.next());
      } catch (ServiceConfigurationError e) {
        System.getLogger(EngineProvider.class.getName())
            .log(System.Logger.Level.WARNING, "left out: " + e.getMessage(), e);
      }
    }
  }
}
