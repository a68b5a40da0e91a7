package dev.backplane.launcher.probe;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.framework.Version;

/**
 * One device as a capability.
 *
 * @param id unique on this host and the same in every launch: {@code cpu}, {@code opencl.0}
 * @param attributes of the capability: {@code String}, {@code Long}, {@link Version} or a {@code
 *     List} of strings
 */
record Hardware(String id, Map<String, Object> attributes) {
  /** The namespace of the capability. */
  static final String NAMESPACE = "backplane.hardware";

  Hardware {
    if (!id.matches("[a-z0-9]+(\\.[a-z0-9]+)*")) {
      throw new IllegalArgumentException("device id '" + id + "': expected words joined by dots");
    }
    attributes = Map.copyOf(attributes);
  }

  /** The clause of a {@code Provide-Capability} header; equal devices have equal clauses. */
  String clause() {
    return NAMESPACE
        + new TreeMap<>(attributes)
            .entrySet().stream()
                .map(e -> ";" + attribute(e.getKey(), e.getValue()))
                .collect(Collectors.joining());
  }

  private static String attribute(String name, Object value) {
    return switch (value) {
      case String text -> name + "=" + quoted(text);
      case Long number -> name + ":Long=" + number;
      case Version version -> name + ":Version=" + quoted(version.toString());
      case List<?> texts ->
          name
              + ":List<String>="
              + quoted(
                  texts.stream()
                      .map(t -> t.toString().replace("\\", "\\\\").replace(",", "\\,"))
                      .collect(Collectors.joining(",")));
      default ->
          throw new IllegalArgumentException(
              "attribute " + name + " of a device is a " + value.getClass().getName());
    };
  }

  /** A quoted string of a manifest header: no line ends, quotes and backslashes escaped. */
  private static String quoted(String text) {
    return '"'
        + text.replaceAll("\\p{Cntrl}", " ").replace("\\", "\\\\").replace("\"", "\\\"")
        + '"';
  }
}
