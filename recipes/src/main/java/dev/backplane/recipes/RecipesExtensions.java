package dev.backplane.recipes;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.recipes.table.Standardize;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Registers the layers that come with recipes. */
@Component(service = Extensions.class, immediate = true)
public final class RecipesExtensions implements Extensions {
  /** For the service loaders. */
  public RecipesExtensions() {}

  @Override
  public List<Extension> list() {
    return List.of(Extension.of("standardize", 1, Standardize.class, MethodHandles.lookup()));
  }
}
