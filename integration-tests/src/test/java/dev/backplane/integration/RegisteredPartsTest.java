package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.extension.Extension;
import dev.backplane.extension.Extensions;
import dev.backplane.nn.Sequential;
import dev.backplane.runtime.extension.DescriptionJson;
import dev.backplane.runtime.extension.JsonFormat;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every part that a bundle of ours registers goes into a file and comes back as the same record.
 * The parts are enumerated, so that one whose components no file can hold is found when it is
 * registered.
 */
class RegisteredPartsTest {
  private static final int ATTEMPTS = 12;
  private static final List<Shape> SHAPES = List.of(Shape.of(2, 0, 3), Shape.of(2), Shape.of(2, 3));

  private final Registry registry = new Registry();
  private final List<Extension> all = new ArrayList<>();

  RegisteredPartsTest() {
    for (var extensions : ServiceLoader.load(Extensions.class)) {
      registry.add(new Owner(extensions.getClass().getPackageName(), "0"), extensions);
      all.addAll(extensions.list());
    }
    all.add(Extension.of("sequential", 1, Sequential.class, MethodHandles.lookup()));
    all.sort(Comparator.comparingInt(extension -> extension.type().getRecordComponents().length));
  }

  @TestFactory
  Stream<DynamicTest> comesBackFromAFileAsTheSameRecord() {
    assertTrue(all.size() > 30, "found only " + all);
    assertEquals(List.of(), List.copyOf(registry.conflicts().keySet()));
    return all.stream()
        .map(extension -> DynamicTest.dynamicTest(extension.name(), () -> roundTrip(extension)));
  }

  private void roundTrip(Extension extension) throws Exception {
    var part = sample(extension.type(), 0, List.of());
    var described = registry.describe(part, "part");
    assertEquals(List.of(), described.pins());
    assertEquals(extension.name(), described.description().name());
    var bytes = JsonFormat.pretty(DescriptionJson.write(described.description()));
    var back = DescriptionJson.read(JsonFormat.read(bytes, "part.json"));
    var again = registry.make(back, extension.type(), "part.json");
    assertEquals(part, again);
    var rewritten = DescriptionJson.write(registry.describe(again, "part").description());
    assertArrayEquals(bytes, JsonFormat.pretty(rewritten));
  }

  /** An instance with some value for each component; several are tried, as records check them. */
  private Object sample(Class<?> type, int from, List<Class<?>> within) throws Exception {
    var extension = all.stream().filter(e -> type.isAssignableFrom(e.type())).toList();
    for (var candidate : extension) {
      if (!within.contains(candidate.type())) {
        for (int attempt = from; attempt < from + ATTEMPTS; attempt++) {
          var made = make(candidate, attempt, within);
          if (made.isPresent()) {
            return made.get();
          }
        }
      }
    }
    throw new AssertionError("no values tried make a " + type.getSimpleName());
  }

  private Optional<Object> make(Extension extension, int attempt, List<Class<?>> within)
      throws Exception {
    var type = extension.type();
    var components = type.getRecordComponents();
    var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    var deeper = new ArrayList<>(within);
    deeper.add(type);
    var values = new ArrayList<Object>();
    for (int i = 0; i < components.length; i++) {
      values.add(value(components[i].getGenericType(), attempt, i, deeper));
    }
    var constructor =
        MethodHandles.privateLookupIn(type, extension.lookup())
            .findConstructor(type, MethodType.methodType(void.class, types));
    try {
      return Optional.of(constructor.invokeWithArguments(values));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    } catch (Throwable e) {
      throw new AssertionError(type.getSimpleName() + " of " + values, e);
    }
  }

  private Object value(Type type, int attempt, int place, List<Class<?>> within) throws Exception {
    if (type instanceof ParameterizedType generic) {
      var element = value(generic.getActualTypeArguments()[0], attempt, place, within);
      if (generic.getRawType() == Optional.class) {
        return Optional.of(element);
      }
      return attempt % 2 == 0 ? List.of(element) : List.of(element, element);
    }
    var raw = (Class<?>) type;
    if (raw == int.class || raw == Integer.class) {
      return 3 + attempt / SHAPES.size() * place;
    } else if (raw == long.class || raw == Long.class) {
      return (1L << 40) + place;
    } else if (raw == double.class || raw == Double.class) {
      return attempt % 2 == 0 ? 0.1 + place : 0.9 / (place + 1 + attempt);
    } else if (raw == float.class || raw == Float.class) {
      return 0.1f;
    } else if (raw == boolean.class || raw == Boolean.class) {
      return attempt / 2 % 2 == 0;
    } else if (raw == String.class) {
      return "a \"text\" ü";
    } else if (raw == DType.class) {
      return DType.BF16;
    } else if (raw == Shape.class) {
      return SHAPES.get(attempt % SHAPES.size());
    } else if (raw.isEnum()) {
      return raw.getEnumConstants()[raw.getEnumConstants().length - 1];
    }
    // Neighbours of one type may have to differ.
    return sample(raw, attempt + 2 * place, within);
  }
}
