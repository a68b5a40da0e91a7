package dev.backplane.extension;

import java.lang.invoke.MethodHandles;
import java.util.regex.Pattern;

/**
 * One thing a plugin registers: a record class under a stable name. Files hold name, version and
 * component values, never class names.
 *
 * @param name the stable name: {@code dense}, {@code acme.swish}
 * @param version the version of its meaning and components
 * @param type the record class
 * @param lookup with private access to it, by which the runtime makes and reads instances
 */
public record Extension(
    String name, int version, Class<? extends Record> type, MethodHandles.Lookup lookup) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");

  /** Checks name and version. */
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
  }

  /** An extension; {@code lookup} is {@code MethodHandles.lookup()} of the plugin. */
  public static Extension of(
      String name, int version, Class<? extends Record> type, MethodHandles.Lookup lookup) {
    return new Extension(name, version, type, lookup);
  }
}
