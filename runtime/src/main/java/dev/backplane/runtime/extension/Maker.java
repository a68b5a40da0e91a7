package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.name.Nearest;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From plain data to things, by the declared types of the records' components. */
final class Maker {
  private final Registry registry;
  private final Set<Origin> origins;
  private final boolean written;

  /**
   * Makes things.
   *
   * @param origins the bundles to make them from, where these serve the names
   * @param written whether a user wrote it in a line, where names may be short, versions are
   *     missing and a part may be a bare word
   */
  Maker(Registry registry, Set<Origin> origins, boolean written) {
    this.registry = registry;
    this.origins = origins;
    this.written = written;
  }

  <T> T make(Description description, Class<T> as, String where, Map<String, ?> offered) {
    var form =
        (written
                ? registry.written(description.name(), as, where)
                : registry.claim(description.name(), description.version(), where, origins))
            .form();
    if (!as.isAssignableFrom(form.extension().type())) {
      throw new MalformedModelException(
          where,
          "\"" + description.name() + "\", which is none",
          a(as) + "; there are " + registry.names(as));
    }
    for (var component : description.components().keySet()) {
      if (!form.names().contains(component)) {
        throw new MalformedModelException(
            where,
            "the unknown component \""
                + component
                + "\" of "
                + form.extension().name()
                + Nearest.hint(component, form.names()),
            "one of " + form.names());
      }
    }
    var values = new ArrayList<Object>();
    for (var component : form.components()) {
      var plain = description.components().get(component.getName());
      var place = where + "." + component.getName();
      if (plain != null) {
        values.add(value(plain, component.getGenericType(), place));
      } else {
        var given = offered.get(component.getName());
        values.add(
            boxed(component.getType()).isInstance(given)
                ? given
                : missing(form, component.getName(), place));
      }
    }
    try {
      return as.cast(form.make(values));
    } catch (IllegalArgumentException | ShapeException | ClassCastException e) {
      throw new MalformedModelException(
          where,
          String.valueOf(e.getMessage()),
          "values that " + form.extension().name() + " of " + form.owner() + " takes",
          e);
    }
  }

  private static Class<?> boxed(Class<?> type) {
    return MethodType.methodType(type).wrap().returnType();
  }

  private static Object missing(RecordForm form, String component, String where) {
    var value = form.extension().defaults().get(component);
    if (value == null) {
      throw new MalformedModelException(
          where, "missing", "a value: " + form.extension().name() + " registers no default for it");
    }
    return value;
  }

  private Object value(Description.Plain plain, Type type, String where) {
    if (type instanceof ParameterizedType generic) {
      var argument = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return plain instanceof Description.Nothing
            ? Optional.empty()
            : Optional.of(value(plain, argument, where));
      }
      if (generic.getRawType() == List.class) {
        return list(plain, argument, where);
      }
    }
    if (!(type instanceof Class<?> raw)) {
      throw new MalformedModelException(
          where, "a component of type " + type, "a type that files can hold");
    }
    if (raw == int.class || raw == Integer.class) {
      return (int) whole(plain, Integer.MIN_VALUE, Integer.MAX_VALUE, where);
    } else if (raw == long.class || raw == Long.class) {
      return whole(plain, Long.MIN_VALUE, Long.MAX_VALUE, where);
    } else if (raw == double.class || raw == Double.class) {
      return real(plain, where);
    } else if (raw == float.class || raw == Float.class) {
      return (float) real(plain, where);
    } else if (raw == boolean.class || raw == Boolean.class) {
      return plain instanceof Description.Flag(var flag)
          ? flag
          : wrong(plain, "true or false", where);
    } else if (raw == String.class) {
      return text(plain, "a text", where);
    } else if (raw == Shape.class) {
      return shape(plain, where);
    } else if (raw == DType.class) {
      return constant(plain, List.of(DType.values()), DType::toString, where);
    } else if (raw.isEnum()) {
      var constants = Arrays.stream(raw.getEnumConstants()).map(c -> (Enum<?>) c).toList();
      return constant(plain, constants, Enum::name, where);
    }
    if (written && plain instanceof Description.Text(var name)) {
      return make(new Description(name, PartText.NEWEST, Map.of()), raw, where, Map.of());
    }
    return plain instanceof Description.Part(var part)
        ? make(part, raw, where, Map.of())
        : wrong(plain, a(raw), where);
  }

  private List<Object> list(Description.Plain plain, Type element, String where) {
    if (!(plain instanceof Description.Listing(var values))) {
      return wrong(plain, "a list", where);
    }
    var list = new ArrayList<Object>();
    for (int i = 0; i < values.size(); i++) {
      list.add(value(values.get(i), element, where + "[" + i + "]"));
    }
    return List.copyOf(list);
  }

  private static Shape shape(Description.Plain plain, String where) {
    if (!(plain instanceof Description.Listing(var values))) {
      return wrong(plain, "a list of dimensions", where);
    }
    var dimensions = new ArrayList<Integer>();
    for (var value : values) {
      dimensions.add((int) whole(value, 0, Integer.MAX_VALUE, where));
    }
    try {
      return new Shape(dimensions);
    } catch (ShapeException e) {
      throw new MalformedModelException(
          where, String.valueOf(e.getMessage()), "a shape within bounds", e);
    }
  }

  private static <T> T constant(
      Description.Plain plain,
      List<T> constants,
      java.util.function.Function<T, String> name,
      String where) {
    var names = constants.stream().map(name).toList();
    var text = text(plain, "one of " + names, where);
    int index = names.indexOf(text);
    return index < 0
        ? wrong(plain, "one of " + names + Nearest.hint(text, names), where)
        : constants.get(index);
  }

  private static long whole(Description.Plain plain, long least, long most, String where) {
    if (plain instanceof Description.Int(var value) && value >= least && value <= most) {
      return value;
    }
    return wrong(plain, "a whole number from " + least + " to " + most, where);
  }

  private static double real(Description.Plain plain, String where) {
    return switch (plain) {
      case Description.Real(var value) -> value;
      case Description.Int(var value) -> value;
      case Description.Text(var text) when Located.NON_FINITE.contains(text) ->
          Double.parseDouble(text);
      case Description.Text text -> wrong(plain, "a number", where);
      case Description.Flag flag -> wrong(plain, "a number", where);
      case Description.Listing list -> wrong(plain, "a number", where);
      case Description.Nothing nothing -> wrong(plain, "a number", where);
      case Description.Part part -> wrong(plain, "a number", where);
    };
  }

  private static String text(Description.Plain plain, String expected, String where) {
    return plain instanceof Description.Text(var text) ? text : wrong(plain, expected, where);
  }

  private static String a(Class<?> type) {
    var name = type.getSimpleName();
    return ("AEIOU".indexOf(name.charAt(0)) < 0 ? "a " : "an ") + name;
  }

  private static <T> T wrong(Description.Plain plain, String expected, String where) {
    var found =
        switch (plain) {
          case Description.Int(var value) -> String.valueOf(value);
          case Description.Real(var value) -> String.valueOf(value);
          case Description.Flag(var value) -> String.valueOf(value);
          case Description.Text(var value) ->
              "\"" + (value.length() > 60 ? value.substring(0, 60) + "…" : value) + "\"";
          case Description.Listing(var values) -> "a list of " + values.size();
          case Description.Nothing nothing -> "nothing";
          case Description.Part(var part) -> "\"" + part.name() + "\"";
        };
    throw new MalformedModelException(where, found, expected);
  }
}
