package dev.backplane.integration.swap.plugin;

import dev.backplane.data.Dataset;
import dev.backplane.data.Recipe;
import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import java.lang.invoke.MethodHandles;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** What the plugin brings: parts under stable names, and a recipe of them. */
public final class Plugin implements BundleActivator, Extensions, Recipe {
  /** For the framework. */
  public Plugin() {}

  @Override
  public void start(BundleContext context) {
    context.registerService(Extensions.class, this, new Hashtable<>());
    context.registerService(Recipe.class, this, new Hashtable<>());
  }

  @Override
  public void stop(BundleContext context) {}

  @Override
  public List<Extension> list() {
    var lookup = MethodHandles.lookup();
    return List.of(
        Extension.of("acme.mix", 1, Mix.class, lookup),
        Extension.of("acme.descent", 1, Descent.class, lookup),
        Extension.of("acme.distance", 1, Distance.class, lookup));
  }

  @Override
  public String name() {
    return "acme-product";
  }

  @Override
  public String summary() {
    return "learns to multiply two numbers";
  }

  @Override
  public List<Setting> settings() {
    return List.of();
  }

  @Override
  public Plan plan(Request request) {
    return new Plan(
        new Dataset("points", new Points(200), new Points(50), List.of()),
        Sequential.of(new Mix(8, 0.3), new Mix(1, 0)),
        new Distance(),
        new Descent(0.01),
        List.of(new Distance()),
        List.of(),
        1,
        16);
  }

  @Override
  public List<Literal> read(String input) {
    throw new IllegalArgumentException("acme-product takes no inputs of users");
  }
}
