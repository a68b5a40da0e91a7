package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Graph;
import dev.backplane.graph.GraphText;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Groups that compute the same share a class; what differs in anything has its own. */
class SharedKernelsTest {
  private final SharedKernels kernels = new SharedKernels();

  /** (x, y) → x·y + factor, the sum over rows of x, with values numbered from one on. */
  private static Step.Fused group(int first, String factor, String name) {
    var graph =
        GraphText.parse(
            """
            graph (%0: f32[6,32], %1: f32[6,32]) {
              %2: f32[6,32] = Binary{kind=MULTIPLY} (%0, %1)
              %3: f32[] = Constant{value=f32[] {FACTOR}} ()
              %4: f32[6,32] = Broadcast{shape=[6,32], axes=[]} (%3)
              %5: f32[6,32] = Binary{kind=ADD} (%2, %4)
              %6: f32[6] = Reduce{combiner=MAXIMUM, axes=[1]} (%0)
              return %5, %6
            }
            """
                .replace("FACTOR", factor));
    var nodes =
        graph.nodes().stream()
            .map(
                node ->
                    new Node(
                        node.op(),
                        moved(node.operands(), first),
                        moved(node.results(), first),
                        name))
            .toList();
    return Step.Fused.of(
        new Graph(moved(graph.inputs(), first), nodes, moved(graph.outputs(), first)), name);
  }

  private static List<Value> moved(List<Value> values, int by) {
    return values.stream().map(value -> new Value(value.id() + by, value.type())).toList();
  }

  @Test
  void groupsThatDifferInNamesOnlyShareWhatIsWarmedUp() {
    var one = kernels.of(group(0, "0x1p0", "one"), Forms.VECTOR_ONCE_WARM);
    var other = kernels.of(group(40, "0x1p0", "other"), Forms.VECTOR_ONCE_WARM);
    assertEquals("other", other.name());
    assumeTrue(one.cold().isPresent(), "no vectors here");
    assertSame(one.cold().get(), other.cold().orElseThrow());
    var third = kernels.of(group(0, "0x1p1", "third"), Forms.VECTOR_ONCE_WARM);
    assertNotSame(one.cold().get(), third.cold().map(Cold.class::cast).orElseThrow());
    var scalar = kernels.of(group(0, "0x1p0", "scalar"), Forms.SCALAR);
    assertEquals(Optional.empty(), scalar.cold());
  }

  @Test
  void eachKnowsItsOwnValuesAndGivesItsOwnResults() {
    for (int first : new int[] {0, 7, 100}) {
      var group = group(first, "0x1p0", "of" + first);
      var kernel = kernels.of(group, Forms.SCALAR);
      assertEquals(32 * 4, kernel.rowBytes(group.inputs().getFirst()));
      assertEquals(4, kernel.rowBytes(group.outputs().getLast()));
      var arguments =
          group.inputs().stream()
              .map(v -> Literal.fill(v.type(), i -> (i * 31 + v.id() * 17) % 101 - 50))
              .toList();
      assertEquals(Interpreter.run(group.graph(), arguments), run(kernel, group, arguments));
    }
  }

  private static List<Literal> run(Kernel kernel, Step.Fused group, List<Literal> arguments) {
    try (var arena = Arena.ofConfined()) {
      var in = arguments.stream().map(a -> arena.allocate(a.data().byteSize() + 64, 64)).toList();
      for (int i = 0; i < in.size(); i++) {
        in.get(i).copyFrom(arguments.get(i).data());
      }
      var out =
          group.outputs().stream().map(v -> arena.allocate(v.type().bytes() + 64, 64)).toList();
      var scratch = arena.allocate(kernel.scratchBytes() + 64, 64);
      kernel
          .bind(
              in.stream().mapToLong(MemorySegment::address).toArray(),
              out.stream().mapToLong(MemorySegment::address).toArray(),
              scratch.address())
          .run();
      assertNotEquals(0, out.size());
      return java.util.stream.IntStream.range(0, out.size())
          .mapToObj(
              i ->
                  Literal.copyOf(
                      group.outputs().get(i).type(),
                      out.get(i).asSlice(0, group.outputs().get(i).type().bytes())))
          .toList();
    }
  }
}
