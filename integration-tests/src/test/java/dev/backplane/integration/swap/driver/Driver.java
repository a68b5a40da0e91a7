package dev.backplane.integration.swap.driver;

import dev.backplane.Backplane;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * The command of a process that the launcher starts: {@code cycles JAR RECIPE DEVICE COUNT
 * MEGABYTES}, {@code beside RECIPE JAR JAR}, {@code removed RECIPE JAR}, {@code other-native RECIPE
 * JAR JAR}, {@code alone RECIPE JAR}. Writes complaints, one a line, and {@code done}; the exit
 * code is how many complaints there were.
 */
public final class Driver implements BundleActivator, ToIntFunction<String[]> {
  private BundleContext context;

  /** For the framework. */
  public Driver() {}

  @Override
  public void start(BundleContext bundle) {
    context = bundle;
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("backplane.command", "main");
    context.registerService(ToIntFunction.class, this, properties);
  }

  @Override
  public void stop(BundleContext bundle) {}

  @Override
  public int applyAsInt(String[] arguments) {
    try {
      var complaints = run(arguments);
      complaints.forEach(complaint -> System.out.println("complaint: " + complaint));
      if (!complaints.isEmpty() && System.getProperty("backplane.pause") != null) {
        System.out.println("pausing");
        Thread.sleep(Long.parseLong(System.getProperty("backplane.pause")));
      }
      System.out.println("done");
      return Math.min(complaints.size(), 99);
    } catch (Exception | Error e) {
      e.printStackTrace(System.out);
      return 100;
    }
  }

  private Backplane backplane() {
    var reference = context.getServiceReference(Backplane.class);
    if (reference == null) {
      throw new IllegalStateException("there is no Backplane service");
    }
    return context.getService(reference);
  }

  private List<String> run(String[] arguments) throws Exception {
    var cache = Path.of(System.getProperty("backplane.cache"));
    var bundles = new Bundles(context);
    return switch (arguments[0]) {
      case "cycles" ->
          new Cycles(
                  bundles,
                  backplane(),
                  Path.of(arguments[1]),
                  arguments[2],
                  arguments[3],
                  Long.parseLong(arguments[5]) << 20)
              .run(Integer.parseInt(arguments[4]), cache);
      case "beside" -> swaps(arguments[1]).beside(Path.of(arguments[2]), Path.of(arguments[3]));
      case "removed" -> swaps(arguments[1]).removed(Path.of(arguments[2]));
      case "other-native" ->
          swaps(arguments[1]).otherNative(Path.of(arguments[2]), Path.of(arguments[3]));
      case "alone" -> swaps(arguments[1]).alone(Path.of(arguments[2]));
      default -> throw new IllegalArgumentException("unknown: " + arguments[0]);
    };
  }

  private Swaps swaps(String recipe) {
    return new Swaps(new Bundles(context), backplane(), recipe, "cpu");
  }
}
