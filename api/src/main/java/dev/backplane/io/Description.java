package dev.backplane.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model, layer, optimizer … as plain data: what files hold instead of objects. Made from a
 * registered record and turned back into one by the extension registry; missing components take
 * registered defaults, unknown ones fail.
 *
 * @param name the registered name
 * @param version the registered version
 * @param components the record's components by name
 */
public record Description(String name, int version, Map<String, Plain> components) {
  /** Copies, keeping the order. */
  public Description {
    components = Collections.unmodifiableMap(new LinkedHashMap<>(components));
  }

  /** The value of a component. */
  public sealed interface Plain {}

  /** A whole number. */
  public record Int(long value) implements Plain {}

  /** A real number. */
  public record Real(double value) implements Plain {}

  /** A truth value. */
  public record Flag(boolean value) implements Plain {}

  /** A text, or the name of an enum constant. */
  public record Text(String value) implements Plain {}

  /** A list. */
  public record Listing(List<Plain> values) implements Plain {
    /** Copies. */
    public Listing {
      values = List.copyOf(values);
    }
  }

  /** An optional component that is empty. */
  public record Nothing() implements Plain {}

  /** Another registered record. */
  public record Part(Description description) implements Plain {}
}
