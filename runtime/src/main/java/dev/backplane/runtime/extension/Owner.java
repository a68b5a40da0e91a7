package dev.backplane.runtime.extension;

import dev.backplane.BundleUse;
import java.util.Comparator;
import java.util.Optional;
import org.osgi.framework.FrameworkUtil;

/**
 * Who registers extensions: a bundle, or what stands for one on class and module path.
 *
 * @param name the symbolic name
 * @param version the bundle's version: numbers joined by dots, then perhaps a qualifier
 */
public record Owner(String name, String version) {
  /** Older versions first: numbers as numbers, qualifiers as text, as OSGi orders them. */
  static final Comparator<Owner> BY_VERSION = (one, other) -> compare(one.version, other.version);

  /** The bundle a class is from, or what stands for it on class and module path. */
  public static Owner of(Class<?> type) {
    return inBundleOrModule(type).orElseGet(() -> new Owner(type.getPackageName(), "0"));
  }

  /** The bundle or named module a class is from; empty on a class path. */
  public static Optional<Owner> inBundleOrModule(Class<?> type) {
    try {
      var bundle = FrameworkUtil.getBundle(type);
      if (bundle != null) {
        return Optional.of(new Owner(bundle.getSymbolicName(), bundle.getVersion().toString()));
      }
    } catch (NoClassDefFoundError e) {
      // There is no framework: a class or module path, which has modules or packages instead.
      return inModule(type);
    }
    return inModule(type);
  }

  private static Optional<Owner> inModule(Class<?> type) {
    var module = type.getModule();
    return module.isNamed()
        ? Optional.of(new Owner(module.getName(), module.getDescriptor().rawVersion().orElse("0")))
        : Optional.empty();
  }

  /** Whether it is one of Backplane's own bundles. */
  public boolean isOurs() {
    return name.equals("dev.backplane") || name.startsWith("dev.backplane.");
  }

  /** The use of something of it. */
  public BundleUse use(String what) {
    return new BundleUse(name, version, what);
  }

  private static int compare(String one, String other) {
    var left = one.split("\\.", 4);
    var right = other.split("\\.", 4);
    for (int i = 0; i < 4; i++) {
      var a = i < left.length ? left[i] : "";
      var b = i < right.length ? right[i] : "";
      int order =
          i < 3 && isNumber(a) && isNumber(b)
              ? Integer.compare(number(a), number(b))
              : a.compareTo(b);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static boolean isNumber(String text) {
    return text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static int number(String text) {
    return text.isEmpty() ? 0 : Integer.parseInt(text);
  }

  @Override
  public String toString() {
    return name + " " + version;
  }
}
