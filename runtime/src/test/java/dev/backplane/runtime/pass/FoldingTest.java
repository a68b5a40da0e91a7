package dev.backplane.runtime.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.op.Constant;
import dev.backplane.op.CustomCall;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tck.Case;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Family;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every primitive in every dtype, as the conformance kit draws it, before and after. */
class FoldingTest {
  private static final long SEED = 11;
  private static final int CASES = 8;

  static Stream<Family> families() {
    return Conformance.families().stream().filter(family -> family.primitive() != CustomCall.class);
  }

  @ParameterizedTest
  @MethodSource("families")
  void keepsTheBitsOfConstantAndOtherOperands(Family family) {
    family.cases(SEED).stream()
        .filter(each -> each.replicas() == 1)
        .limit(CASES)
        .forEach(FoldingTest::check);
  }

  private static void check(Case each) {
    var graph = each.graph();
    var expected = Interpreter.run(graph, each.inputs());
    same(each, expected, Interpreter.run(Passes.simplify(graph), each.inputs()));
    var known = Passes.simplify(known(graph, each.inputs()));
    same(each, expected, Interpreter.run(known, List.of()));
  }

  /** The same with constants for operands. */
  private static Graph known(Graph graph, List<Literal> inputs) {
    var builder = new Graph.Builder();
    var constants = inputs.stream().map(x -> builder.apply(new Constant(x))).toList();
    return builder.build(builder.inline(graph, constants, ""));
  }

  private static void same(Case each, List<Literal> expected, List<Literal> found) {
    var where = each.name() + ", seed " + SEED;
    assertEquals(expected.size(), found.size(), where);
    for (int k = 0; k < expected.size(); k++) {
      var x = expected.get(k);
      var y = found.get(k);
      assertEquals(x.type(), y.type(), where);
      for (int i = 0; i < x.type().shape().size(); i++) {
        boolean same =
            x.type().dtype().isFloating()
                ? Double.doubleToLongBits(x.doubleAt(i)) == Double.doubleToLongBits(y.doubleAt(i))
                : x.longAt(i) == y.longAt(i);
        assertEquals(true, same, where + ", element " + i + ": expected " + x + ", found " + y);
      }
    }
  }
}
