package dev.backplane.runtime.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Composite;
import dev.backplane.op.Convert;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.Scan;
import dev.backplane.op.Unary;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MixedPrecisionTest {
  private static final TensorType SQUARE = TensorType.f32(2, 2);
  private static final Op ADD = new Binary(Binary.Kind.ADD);
  private static final Op TANH = new Unary(Unary.Kind.TANH);

  private static Graph narrowed(Graph graph) {
    return MixedPrecision.bf16(graph, origin -> !origin.equals("loss"));
  }

  private static List<Node> dots(Graph graph) {
    return graph.nodes().stream().filter(node -> node.op() instanceof Dot).toList();
  }

  private static long conversions(Graph graph) {
    return graph.nodes().stream().filter(n -> n.op().equals(new Convert(DType.BF16))).count();
  }

  private static void assertMultipliesBf16(Node dot) {
    assertEquals(
        List.of(DType.BF16, DType.BF16),
        dot.operands().stream().map(operand -> operand.type().dtype()).toList());
    assertEquals(DType.F32, dot.result().type().dtype());
  }

  /** tanh(x · x + y) · y, the last in the loss. */
  private static Graph forward() {
    var builder = new Graph.Builder();
    var x = builder.input(SQUARE);
    var y = builder.input(SQUARE);
    var product = builder.apply(Dot.matmul(DType.F32), List.of(x, x), "dense_1").getFirst();
    var hidden = builder.apply(TANH, builder.apply(ADD, product, y));
    var loss = builder.apply(Dot.matmul(DType.F32), List.of(hidden, y), "loss").getFirst();
    return builder.build(List.of(loss, product));
  }

  @Test
  void whatIsMultipliedIsRoundedOnceAndAllElseStays() {
    var graph = narrowed(forward());
    assertEquals(forward().outputTypes(), graph.outputTypes());
    assertEquals(1, conversions(graph));
    assertMultipliesBf16(dots(graph).getFirst());
    assertEquals(SQUARE, dots(graph).getLast().operands().getFirst().type());
    // Sums are f32: of rounded numbers the product is exact.
    var x = Literal.fill(SQUARE, i -> 1 + i / 1000.0);
    var rounded = Literal.fill(SQUARE, i -> BFloat16.value(BFloat16.bits(x.doubleAt(i))));
    var zeros = Literal.fill(SQUARE, i -> 0);
    assertEquals(
        Interpreter.run(forward(), List.of(rounded, zeros)).getLast(),
        Interpreter.run(graph, List.of(x, zeros)).getLast());
  }

  @Test
  void whatALoopOnlyMultipliesIsRoundedBeforeIt() {
    var inside = new Graph.Builder();
    var state = inside.input(SQUARE);
    var slice = inside.input(SQUARE);
    var kernel = inside.input(SQUARE);
    var bias = inside.input(SQUARE);
    var sum = inside.apply(ADD, inside.apply(Dot.matmul(DType.F32), state, kernel), bias);
    var next = inside.apply(TANH, inside.apply(ADD, sum, slice));
    var scan = new Scan(inside.build(List.of(next, next)), 5, 1, 1, false);
    var builder = new Graph.Builder();
    var operands =
        List.of(
            builder.input(SQUARE),
            builder.input(TensorType.f32(5, 2, 2)),
            builder.input(SQUARE),
            builder.input(SQUARE));
    var results = builder.apply(scan, operands, "lstm_1");
    var before = builder.build(results);
    var graph = narrowed(before);
    assertEquals(before.outputTypes(), graph.outputTypes());
    assertEquals(1, conversions(graph), "the kernel, before the loop");
    var after =
        graph.nodes().stream().filter(node -> node.op() instanceof Scan).findFirst().orElseThrow();
    assertEquals(
        List.of(DType.F32, DType.F32, DType.BF16, DType.F32),
        after.operands().stream().map(Value::type).map(TensorType::dtype).toList());
    var body = ((Scan) after.op()).body();
    assertEquals(1, conversions(body), "the state, in each iteration");
    assertMultipliesBf16(dots(body).getFirst());
  }

  private static Composite composite(String name, Op op) {
    var builder = new Graph.Builder();
    var x = builder.input(SQUARE);
    var made = op instanceof Dot ? builder.apply(op, x, x) : builder.apply(op, x);
    return new Composite(
        name, 1, Attributes.none(), builder.build(List.of(made)), Optional.empty());
  }

  @Test
  void aCompositeThatMultipliesIsTakenApartAndOthersAreNot() {
    var builder = new Graph.Builder();
    var x = builder.input(SQUARE);
    var y = builder.apply(composite("attention", Dot.matmul(DType.F32)), x);
    var graph = narrowed(builder.build(List.of(builder.apply(composite("softmax", TANH), y))));
    var composites = graph.nodes().stream().filter(node -> node.op() instanceof Composite).toList();
    assertEquals(1, composites.size());
    assertEquals("softmax", ((Composite) composites.getFirst().op()).name());
    assertMultipliesBf16(dots(graph).getFirst());
  }

  @Test
  void otherTypesAreLeftAlone() {
    var builder = new Graph.Builder();
    var x = builder.input(SQUARE.withDType(DType.F64));
    var graph = builder.build(List.of(builder.apply(Dot.matmul(DType.F64), x, x)));
    assertEquals(graph, narrowed(graph));
    assertTrue(conversions(narrowed(graph)) == 0);
  }
}
