package dev.backplane.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Primitive;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CoverageTest {
  private static final long SEED = 7;

  /** The dtypes that an op of the kind must have cases for. */
  private static Set<DType> expected(Class<?> primitive) {
    return switch (primitive.getSimpleName()) {
      case "Unary" -> dtypes(d -> Arrays.stream(Unary.Kind.values()).anyMatch(k -> k.accepts(d)));
      case "Binary" -> dtypes(d -> Arrays.stream(Binary.Kind.values()).anyMatch(k -> k.accepts(d)));
      case "Reduce", "ReduceWindow", "AllReduce", "ReduceScatter" ->
          dtypes(d -> Arrays.stream(Combiner.values()).anyMatch(k -> k.accepts(d)));
      case "Clamp", "Iota", "Dot", "Convolution", "SelectAndScatter" -> dtypes(DType::isNumeric);
      case "BitcastConvert" -> dtypes(d -> d != DType.BOOL);
      case "RandomBits" -> EnumSet.of(DType.U32);
      default -> EnumSet.allOf(DType.class);
    };
  }

  private static Set<DType> dtypes(Predicate<DType> predicate) {
    return Arrays.stream(DType.values()).filter(predicate).collect(Collectors.toSet());
  }

  @Test
  void everyPrimitiveHasAtLeastFiftyCasesOfEachDtypeItIsDefinedOn() {
    var counts = new HashMap<Class<?>, Map<DType, Integer>>();
    for (var family : Conformance.families()) {
      counts
          .computeIfAbsent(family.primitive(), key -> new HashMap<>())
          .merge(family.dtype(), family.count(), Integer::sum);
    }
    for (var primitive : Primitive.class.getPermittedSubclasses()) {
      var found = counts.getOrDefault(primitive, Map.of());
      assertEquals(expected(primitive), found.keySet(), primitive.getSimpleName());
      found.forEach(
          (dtype, count) ->
              assertTrue(count >= 50, primitive.getSimpleName() + " " + dtype + ": " + count));
    }
  }

  @Test
  void everyKindOfEveryPrimitiveHasCases() throws ReflectiveOperationException {
    var seen = new HashMap<RecordComponent, Set<Object>>();
    for (var family : Conformance.families()) {
      for (var each : family.cases(SEED)) {
        for (var component : each.op().getClass().getRecordComponents()) {
          if (component.getType().isEnum() && component.getType() != DType.class) {
            seen.computeIfAbsent(component, key -> new HashSet<>())
                .add(component.getAccessor().invoke(each.op()));
          }
        }
      }
    }
    var missing = new ArrayList<String>();
    for (var primitive : Primitive.class.getPermittedSubclasses()) {
      for (var component : primitive.getRecordComponents()) {
        if (component.getType().isEnum() && component.getType() != DType.class) {
          var all = new TreeSet<>(names(Arrays.asList(component.getType().getEnumConstants())));
          all.removeAll(names(List.copyOf(values(seen, component))));
          all.forEach(name -> missing.add(primitive.getSimpleName() + "." + name));
        }
      }
    }
    assertEquals(List.of(), missing);
  }

  private static Set<Object> values(Map<RecordComponent, Set<Object>> seen, RecordComponent of) {
    return seen.entrySet().stream()
        .filter(
            entry ->
                entry.getKey().getDeclaringRecord() == of.getDeclaringRecord()
                    && entry.getKey().getName().equals(of.getName()))
        .flatMap(entry -> entry.getValue().stream())
        .collect(Collectors.toSet());
  }

  private static List<String> names(List<?> constants) {
    return constants.stream().map(Object::toString).toList();
  }

  @Test
  void everyFamilyHasScalarOrSmallestEmptyAndOrdinaryShapes() {
    for (var primitive : Primitive.class.getPermittedSubclasses()) {
      long empty =
          Conformance.families().stream()
              .filter(family -> family.primitive() == primitive)
              .flatMap(family -> family.cases(SEED).stream())
              .filter(
                  each ->
                      each.graph().inputTypes().stream().anyMatch(t -> t.shape().size() == 0)
                          || each.graph().outputTypes().stream()
                              .anyMatch(t -> t.shape().size() == 0))
              .count();
      boolean never =
          Set.of("Iota", "While", "If", "CustomCall").contains(primitive.getSimpleName())
              || primitive.getSimpleName().matches("All.*|ReduceScatter|CollectivePermute");
      assertTrue(empty > 0 || never, primitive.getSimpleName() + " has no case without elements");
    }
  }

  @Test
  void equalSeedsGiveEqualCases() {
    for (var family : Conformance.families().subList(0, 40)) {
      assertEquals(family.cases(3), family.cases(3), family.name());
    }
    var family = Conformance.families().getFirst();
    assertTrue(!family.cases(3).equals(family.cases(4)), "the seed has no effect");
  }
}
