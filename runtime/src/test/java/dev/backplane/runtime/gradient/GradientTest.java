package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Composite;
import dev.backplane.op.Constant;
import dev.backplane.op.CustomCall;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientTest {
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithFiniteDifferences(GradientCases.Case each) {
    GradientCheck.check(each.function(), each.at());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ofTheGradientAgreesWithFiniteDifferences(GradientCases.Case each) {
    GradientCheck.checkTwice(each.function(), each.at());
  }

  static List<GradientCases.Case> cases() {
    return GradientCases.all();
  }

  /** A new primitive fails here until its gradient is decided and shown. */
  @Test
  void isDecidedForEveryPrimitive() {
    Set<Class<?>> elsewhere =
        Set.of(
            // ControlGradientTest
            Scan.class,
            If.class,
            // CollectiveGradientTest
            AllReduce.class,
            AllGather.class,
            ReduceScatter.class,
            CollectivePermute.class,
            // GradientRefusalTest
            While.class,
            CustomCall.class,
            BitcastConvert.class,
            // no operands that could have a gradient
            Constant.class,
            Iota.class,
            RandomBits.class);
    var decided = new TreeSet<String>();
    elsewhere.forEach(primitive -> decided.add(primitive.getSimpleName()));
    for (var each : GradientCases.all()) {
      collect(each.function(), decided);
    }
    var all = new TreeSet<String>();
    for (var primitive : Primitive.class.getPermittedSubclasses()) {
      all.add(primitive.getSimpleName());
    }
    assertEquals(all, decided);
  }

  private static void collect(Graph graph, Set<String> names) {
    for (var node : graph.nodes()) {
      switch (node.op()) {
        case Primitive primitive -> names.add(primitive.name());
        case Composite composite -> collect(composite.decomposition(), names);
      }
    }
  }
}
