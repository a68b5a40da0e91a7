package dev.backplane.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.op.Primitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One op, one room: what belongs to a primitive is found under the name of its record. */
class RoomsTest {
  private static final List<Class<?>> ROOMS =
      List.of(
          Collective.class,
          Contraction.class,
          Control.class,
          Conversion.class,
          Creation.class,
          Elementwise.class,
          Indexed.class,
          Interpreter.class,
          Movement.class,
          Reduction.class,
          Sorting.class);

  /** Two names are words of Java. */
  private static String method(Class<?> primitive) {
    var name = primitive.getSimpleName();
    return switch (name) {
      case "While" -> "whileLoop";
      case "If" -> "ifElse";
      default -> Character.toLowerCase(name.charAt(0)) + name.substring(1);
    };
  }

  @Test
  void everyPrimitiveHasAMethodOfItsName() {
    var methods =
        ROOMS.stream()
            .flatMap(room -> Arrays.stream(room.getDeclaredMethods()))
            .map(java.lang.reflect.Method::getName)
            .collect(Collectors.toSet());
    // A barrier does nothing, so there is nothing to look for.
    assertEquals(List.of("OptimizationBarrier"), missing(name -> methods.contains(method(name))));
  }

  @Test
  void everyPrimitiveHasValuesWorkedOutByHand() throws IOException {
    var text = new StringBuilder();
    for (var file : goldenTests()) {
      text.append(Files.readString(file));
    }
    assertEquals(
        List.of(),
        missing(primitive -> text.indexOf("new " + primitive.getSimpleName() + "(") >= 0));
  }

  private static List<Path> goldenTests() throws IOException {
    var folder = Path.of("src/test/java/dev/backplane/runtime/reference");
    var others = Set.of("RoomsTest.java", "ReferenceConformanceTest.java", "WatchedTest.java");
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !others.contains(file.getFileName().toString())).toList();
    }
  }

  private static List<String> missing(java.util.function.Predicate<Class<?>> isThere) {
    return Stream.of(Primitive.class.getPermittedSubclasses())
        .filter(primitive -> !isThere.test(primitive))
        .map(Class::getSimpleName)
        .toList();
  }
}
