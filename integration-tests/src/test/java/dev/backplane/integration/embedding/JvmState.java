package dev.backplane.integration.embedding;

import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to the whole JVM, and so to the application: nothing that it embeds may change it.
 *
 * @param properties the system properties
 * @param locale the default locale
 * @param handler the default handler of uncaught exceptions
 * @param contextLoader the context class loader of the thread that asks
 */
record JvmState(
    Map<String, String> properties,
    Locale locale,
    Thread.@Nullable UncaughtExceptionHandler handler,
    @Nullable ClassLoader contextLoader) {
  static JvmState now() {
    TimeZone.getDefault(); // the JDK notes it in a property when it is first asked for
    var properties = new TreeMap<String, String>();
    System.getProperties().forEach((name, value) -> properties.put(name + "", value + ""));
    return new JvmState(
        properties,
        Locale.getDefault(),
        Thread.getDefaultUncaughtExceptionHandler(),
        Thread.currentThread().getContextClassLoader());
  }

  /** What is different later: empty braces if nothing is. */
  Map<String, String> changes(JvmState later) {
    var changes = new TreeMap<String, String>();
    later.properties.forEach(
        (name, value) -> {
          if (!value.equals(properties.get(name))) {
            changes.put(name, properties.get(name) + " -> " + value);
          }
        });
    properties.forEach(
        (name, value) -> {
          if (!later.properties.containsKey(name)) {
            changes.put(name, value + " -> nothing");
          }
        });
    if (!locale.equals(later.locale)) {
      changes.put("default locale", locale + " -> " + later.locale);
    }
    if (handler != later.handler) {
      changes.put("default exception handler", handler + " -> " + later.handler);
    }
    if (contextLoader != later.contextLoader) {
      changes.put("context class loader", contextLoader + " -> " + later.contextLoader);
    }
    return changes;
  }
}
