package dev.backplane.runtime.extension;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value. Numbers with fraction or exponent are reals, others whole. */
public sealed interface Json {
  /** An object; keys keep their order. */
  record Fields(Map<String, Json> values) implements Json {
    /** Copies. */
    public Fields {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /** An array. */
  record Items(List<Json> values) implements Json {
    /** Copies. */
    public Items {
      values = List.copyOf(values);
    }
  }

  /** A string. */
  record Text(String value) implements Json {}

  /** A whole number. */
  record Whole(long value) implements Json {}

  /**
   * A real number. JSON has no infinities: they, and not-a-number, are written as strings and read
   * back as {@link Text}.
   */
  record Real(double value) implements Json {}

  /** True or false. */
  record Truth(boolean value) implements Json {}

  /** Null. */
  record Null() implements Json {}

  /** An object of texts. */
  static Json texts(Map<String, String> texts) {
    var fields = new LinkedHashMap<String, Json>();
    texts.forEach((key, text) -> fields.put(key, new Text(text)));
    return new Fields(fields);
  }
}
