package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.op.AllReduce;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Primitive;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Scatter;
import dev.backplane.op.While;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tck.Case;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Family;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The shapes of the conformance kit's f64 cases, with numbers at which functions are smooth: ties
 * and steps are as likely as hitting one number in a million.
 */
class SeededGradientTest {
  private static final long SEED = 2026;
  private static final int MOST_ELEMENTS = 48;

  /** What has no gradient: see GradientContractTest and CollectiveGradientTest. */
  private static final Set<Class<? extends Primitive>> REFUSED =
      Set.of(While.class, CustomCall.class, BitcastConvert.class);

  private static final Set<Class<? extends Primitive>> PRODUCTS_REFUSED =
      Set.of(Scatter.class, AllReduce.class, ReduceScatter.class);

  static List<Family> families() {
    return Conformance.families().stream()
        .filter(family -> family.dtype() == DType.F64 && !REFUSED.contains(family.primitive()))
        .filter(
            family ->
                !PRODUCTS_REFUSED.contains(family.primitive())
                    || !family.variant().contains("MULTIPLY"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("families")
  void agreesWithFiniteDifferences(Family family) {
    int checked = 0;
    for (var each : family.cases(SEED)) {
      if (each.replicas() == 1 && small(each)) {
        checked += check(each) ? 1 : 0;
      }
    }
    assertTrue(checked > 0, family + ": no case was checked");
  }

  private static boolean small(Case each) {
    return each.inputs().stream()
        .filter(x -> x.type().dtype() == DType.F64)
        .allMatch(x -> x.type().shape().size() <= MOST_ELEMENTS);
  }

  private static boolean check(Case each) {
    var random = new Random(each.name().hashCode());
    var graph = each.graph();
    var at = smooth(each, random);
    if (!finite(graph, at)) {
      at.replaceAll(x -> x.type().dtype() == DType.F64 ? absolute(x) : x);
    }
    if (!finite(graph, at)) {
      return false;
    }
    try {
      GradientCheck.check(graph, at);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("case " + each.name() + ", seed " + SEED + ": " + e.getMessage(), e);
    }
    return true;
  }

  private static ArrayList<Literal> smooth(Case each, Random random) {
    var at = new ArrayList<Literal>();
    for (var x : each.inputs()) {
      at.add(x.type().dtype() == DType.F64 ? GradientCheck.random(random, x.type()) : x);
    }
    return at;
  }

  private static Literal absolute(Literal x) {
    return Literal.fill(x.type(), i -> Math.abs(x.doubleAt(i)));
  }

  private static boolean finite(Graph graph, List<Literal> at) {
    for (var result : Interpreter.run(graph, at)) {
      for (int i = 0; i < result.type().shape().size(); i++) {
        if (!Double.isFinite(result.doubleAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
