package dev.backplane.op;

import dev.backplane.tensor.DType;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Named plain values: the attributes of a composite or custom call, in the order of their names.
 *
 * @param values the values by name
 */
public record Attributes(SortedMap<String, Value> values) {
  private static final Attributes NONE = new Attributes(new TreeMap<>());

  /** A plain value. */
  public sealed interface Value {}

  /** A whole number. */
  public record Int(long value) implements Value {}

  /** A real number. */
  public record Real(double value) implements Value {}

  /** A truth value. */
  public record Flag(boolean value) implements Value {}

  /** A text. */
  public record Text(String value) implements Value {}

  /** A dtype. */
  public record Type(DType value) implements Value {}

  /** A list of values. */
  public record Listing(List<Value> values) implements Value {
    /** Copies the list. */
    public Listing {
      values = List.copyOf(values);
    }
  }

  /** Copies the map. */
  public Attributes {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** No attributes. */
  public static Attributes none() {
    return NONE;
  }

  /** The given attributes. */
  public static Attributes of(Map<String, ? extends Value> values) {
    return new Attributes(new TreeMap<>(values));
  }

  /** These attributes and one more. */
  public Attributes with(String name, Value value) {
    var more = new TreeMap<>(values);
    more.put(name, value);
    return new Attributes(more);
  }

  /** These attributes and a whole number. */
  public Attributes with(String name, long value) {
    return with(name, new Int(value));
  }

  /** These attributes and a real number. */
  public Attributes with(String name, double value) {
    return with(name, new Real(value));
  }

  /** These attributes and a truth value. */
  public Attributes with(String name, boolean value) {
    return with(name, new Flag(value));
  }

  /** These attributes and a text. */
  public Attributes with(String name, String value) {
    return with(name, new Text(value));
  }
}
