package dev.backplane.extension;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One thing a plugin registers: a record class under a stable name. Files hold name, version and
 * component values, never class names.
 *
 * <p>A record that gets a new component goes on reading older files by a default for it: {@code
 * Extension.of("dense", 1, Dense.class, lookup()).withDefault("bias", true)}. A component without
 * default that a file lacks is an error, and so is one the record does not have.
 *
 * <p>Components may be {@code int}, {@code long}, {@code double}, {@code float}, {@code boolean},
 * {@code String}, an enum, {@code DType}, {@code Shape}, another registered record or an interface
 * of such ({@code Activation}, {@code Schedule}), and {@code Optional} or {@code List} of these.
 *
 * @param name the stable name: {@code dense}, {@code acme.swish}
 * @param version the version of its meaning and components
 * @param type the record class
 * @param lookup with private access to it, by which the runtime makes and reads instances
 * @param defaults values of components that a file may lack
 */
public record Extension(
    String name,
    int version,
    Class<? extends Record> type,
    MethodHandles.Lookup lookup,
    Map<String, Object> defaults) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");

  /** Checks name, version and the names of the defaults. */
  public Extension {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "extension name: expected lower-case words joined by dots, found \"" + name + "\"");
    }
    if (version < 1) {
      throw new IllegalArgumentException(
          "extension " + name + ": expected version 1 or more, found " + version);
    }
    if (!lookup.hasFullPrivilegeAccess()) {
      throw new IllegalArgumentException(
          "extension " + name + ": the lookup must be MethodHandles.lookup()");
    }
    for (var component : defaults.keySet()) {
      requireComponent(name, type, component);
    }
    defaults = Map.copyOf(defaults);
  }

  private static void requireComponent(
      String name, Class<? extends Record> type, String component) {
    var components = new ArrayList<String>();
    for (var each : type.getRecordComponents()) {
      components.add(each.getName());
    }
    if (!components.contains(component)) {
      throw new IllegalArgumentException(
          "extension "
              + name
              + ": default for \""
              + component
              + "\", expected one of "
              + components);
    }
  }

  /** An extension; {@code lookup} is {@code MethodHandles.lookup()} of the plugin. */
  public static Extension of(
      String name, int version, Class<? extends Record> type, MethodHandles.Lookup lookup) {
    return new Extension(name, version, type, lookup, Map.of());
  }

  /** The same with a value for a component that older files lack. */
  public Extension withDefault(String component, Object value) {
    var more = new TreeMap<>(defaults);
    more.put(component, value);
    return new Extension(name, version, type, lookup, more);
  }
}
