package dev.backplane.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.io.MalformedModelException;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.CompositeGradient;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Precision;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphTextTest {
  private static final TensorType V = TensorType.f32(4);
  private static final TensorType M = TensorType.f32(4, 4);
  private static final TensorType FLAG = TensorType.of(DType.BOOL);
  private static final TensorType INDEX = TensorType.of(DType.I32);

  /** An op and operands it takes. */
  private record Sample(Op op, List<TensorType> operands) {
    static Sample of(Op op, TensorType... operands) {
      return new Sample(op, List.of(operands));
    }

    Graph graph() {
      var builder = new Graph.Builder();
      var inputs = operands.stream().map(builder::input).toList();
      return builder.build(builder.apply(op, inputs, "a \"layer\"/dense_1"));
    }
  }

  private static Graph binary(Binary.Kind kind) {
    return Sample.of(new Binary(kind), V, V).graph();
  }

  private static Composite composite(String name, Optional<CompositeGradient> gradient) {
    var attributes =
        Attributes.none()
            .with("epsilon", 0.1)
            .with("nothing", Double.NaN)
            .with("axis", -1)
            .with("causal", true)
            .with("kind", "a\n\"b\"\\ü\u0001")
            .with("dtype", new Attributes.Type(DType.BF16))
            .with(
                "list",
                new Attributes.Listing(
                    List.of(new Attributes.Int(1), new Attributes.Listing(List.of()))));
    return new Composite(name, 2, attributes, binary(Binary.Kind.ADD), gradient);
  }

  private static List<Sample> samples() {
    var bit = new Graph.Builder();
    var first = bit.input(V);
    var second = bit.input(V);
    var condition =
        bit.build(
            List.of(
                bit.apply(
                    new Reduce(Combiner.AND, List.of(0)),
                    bit.apply(new Compare(Compare.Direction.LT), first, second))));
    var image = TensorType.f32(2, 8, 8, 3);
    var window = new Window(2, 1, -1, 1, 1, 1);
    var u32 = TensorType.of(DType.U32);
    return List.of(
        Sample.of(new Unary(Unary.Kind.LOGISTIC), V),
        Sample.of(new Binary(Binary.Kind.ADD), V, V),
        Sample.of(new Compare(Compare.Direction.GE), V, V),
        Sample.of(new Select(), V.withDType(DType.BOOL), V, V),
        Sample.of(new Clamp(), V, V, V),
        Sample.of(new Convert(DType.BF16), V),
        Sample.of(new BitcastConvert(DType.I32), V),
        Sample.of(new Constant(Literal.of(1f, -0f, Float.NaN, Float.POSITIVE_INFINITY))),
        Sample.of(new Iota(M, 1)),
        Sample.of(new Broadcast(M.shape(), List.of(1)), V),
        Sample.of(new Reshape(Shape.of(2, 2)), V),
        Sample.of(new Transpose(List.of(1, 0)), M),
        Sample.of(new Slice(List.of(1), List.of(4), List.of(2)), V),
        Sample.of(new Pad(List.of(-1), List.of(2), List.of(1)), V, TensorType.f32()),
        Sample.of(new Concatenate(0), V, V),
        Sample.of(new Reverse(List.of(0)), V),
        Sample.of(new DynamicSlice(List.of(2)), V, INDEX),
        Sample.of(new DynamicUpdateSlice(), V, V, INDEX),
        Sample.of(Gather.rows(M.shape(), Shape.of(3)), M, TensorType.of(DType.I32, 3)),
        Sample.of(
            new Scatter(Scatter.Mode.ADD, List.of(1), List.of(0), List.of(0), 1),
            M,
            TensorType.of(DType.I32, 3),
            TensorType.f32(3, 4)),
        Sample.of(Dot.matmul(DType.F32), M, M),
        Sample.of(
            new Convolution(
                List.of(Window.of(3, 1, 1, 1), Window.of(3, 2)),
                Convolution.Layout.channelsLast(2),
                new Convolution.Layout(3, 2, List.of(0, 1)),
                Convolution.Layout.channelsLast(2),
                1,
                1,
                DType.F32,
                Precision.BF16),
            image,
            TensorType.f32(3, 3, 3, 5)),
        Sample.of(new Reduce(Combiner.MAXIMUM, List.of(0)), M),
        Sample.of(new ArgReduce(ArgReduce.Kind.MINIMUM, 0, DType.I64), M),
        Sample.of(new ReduceWindow(Combiner.ADD, List.of(window)), V),
        Sample.of(
            new SelectAndScatter(ArgReduce.Kind.MAXIMUM, List.of(Window.of(2, 2))),
            V,
            TensorType.f32(2)),
        Sample.of(new Sort(0, 1, true), V, V),
        Sample.of(new RandomBits(Shape.of(3), -7), TensorType.of(DType.U32, 2), u32, u32, u32),
        Sample.of(new Scan(binary(Binary.Kind.MULTIPLY), 5, 1, 1, true), V, TensorType.f32(5, 4)),
        Sample.of(new While(condition, binary(Binary.Kind.ADD), 1), V, V),
        Sample.of(new If(binary(Binary.Kind.ADD), binary(Binary.Kind.SUBTRACT)), FLAG, V, V),
        Sample.of(new OptimizationBarrier(), V, M),
        Sample.of(new CustomCall("acme.magic", Attributes.none(), List.of(V, M)), V),
        Sample.of(new AllReduce(Combiner.ADD), V),
        Sample.of(new AllGather(0, 2), V),
        Sample.of(new ReduceScatter(Combiner.ADD, 0, 2), V),
        Sample.of(new CollectivePermute(List.of(0, 1), List.of(1, 0)), V),
        Sample.of(composite("acme.plain", Optional.empty()), V, V),
        Sample.of(
            composite(
                "acme.own",
                Optional.of(
                    new CompositeGradient(
                        composite("acme.own.forward", Optional.empty()),
                        composite("acme.own.backward", Optional.empty())))),
            V,
            V));
  }

  @Test
  void readsBackEveryOp() {
    var seen = new HashSet<Class<?>>();
    for (var sample : samples()) {
      seen.add(sample.op().getClass());
      var graph = sample.graph();
      var text = GraphText.print(graph);
      assertEquals(graph, GraphText.parse(text), text);
      assertEquals(text, GraphText.print(GraphText.parse(text)));
    }
    Set<Class<?>> all = new HashSet<>(Arrays.asList(Primitive.class.getPermittedSubclasses()));
    all.add(Composite.class);
    assertEquals(all, seen, "an op has no sample");
  }

  @Test
  void looksAsItsDocumentationSays() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(64, 784));
    var w = builder.input(TensorType.f32(784, 10));
    var y = builder.apply(Dot.matmul(DType.F32), List.of(x, w), "dense_1").getFirst();
    assertEquals(
        """
        graph (%0: f32[64,784], %1: f32[784,10]) {
          %2: f32[64,10] = Dot{leftBatch=[], rightBatch=[], leftContract=[1], rightContract=[0], \
        result=f32, precision=FULL} (%0, %1) @ "dense_1"
          return %2
        }
        """,
        builder.build(List.of(y)).toString());
  }

  @Test
  void keepsTheBitsOfEveryDtype() {
    for (var dtype : DType.values()) {
      double[] values = {0, 1, 2, dtype == DType.BOOL ? 1 : 100};
      var literal = Literal.fill(TensorType.of(dtype, 4), i -> values[i]);
      var graph = Sample.of(new Constant(literal)).graph();
      assertEquals(graph, GraphText.parse(GraphText.print(graph)), dtype.toString());
    }
    for (var bits : new int[] {0x7fc00001, 0xffc12345, 0x7f800000, 1, 0x80000000}) {
      var value = Literal.of(Float.intBitsToFloat(bits));
      var graph = Sample.of(new Constant(value)).graph();
      assertEquals(graph, GraphText.parse(GraphText.print(graph)));
    }
    var wide = Literal.scalar(DType.I64, Long.MIN_VALUE);
    var graph = Sample.of(new Constant(wide)).graph();
    assertEquals(graph, GraphText.parse(GraphText.print(graph)));
  }

  @Test
  void keepsLargeLiteralsBesideTheText() {
    var large = Literal.fill(TensorType.f32(100, 100), i -> i);
    var graph = Sample.of(new Constant(large)).graph();
    var text = GraphText.print(graph);
    assertTrue(text.length() < 300, text);
    var beside = GraphText.literals(graph);
    assertEquals(Set.of(large.hash()), beside.keySet());
    assertEquals(graph, GraphText.parse(text, hash -> Optional.ofNullable(beside.get(hash))));
    var missing = assertThrows(MalformedModelException.class, () -> GraphText.parse(text));
    assertEquals(
        "line 2 of the graph: #" + large.hash() + " is missing; expected it beside the text",
        missing.getMessage());
    var other = Literal.fill(TensorType.f32(100, 100), i -> 1);
    assertThrows(
        MalformedModelException.class, () -> GraphText.parse(text, hash -> Optional.of(other)));
  }

  private static void assertMalformed(String expected, String text) {
    var failure = assertThrows(MalformedModelException.class, () -> GraphText.parse(text));
    assertEquals(expected, failure.getMessage());
  }

  @Test
  void saysOnWhichLineATextIsMalformed() {
    var good = GraphText.print(binary(Binary.Kind.ADD));
    assertMalformed("line 1 of the graph: found the end of the text; expected \"graph\"", "");
    assertMalformed(
        "line 2 of the graph: found \"ADDD\"; expected one of "
            + Arrays.toString(Binary.Kind.values()),
        good.replace("ADD", "ADDD"));
    assertMalformed(
        "line 2 of the graph: %7; expected a value that was defined before",
        good.replace("(%0, %1) @", "(%0, %7) @"));
    assertMalformed(
        "line 2 of the graph: Binary with results [f32[5]]; expected results [f32[4]]",
        good.replace("%2: f32[4]", "%2: f32[5]"));
    assertMalformed(
        "line 2 of the graph: Binary is refused: Binary C0: expected 2 operands, found 1: [f32[4]];"
            + " expected a valid one",
        good.replace("(%0, %1) @", "(%0) @"));
    assertMalformed(
        "line 1 of the graph: %0 for the second time; expected a new number",
        good.replace("%1: f32[4]", "%0: f32[4]"));
    assertMalformed(
        "line 1 of the graph: this shape is refused: Shape C1: negative dimension in [-4]; expected"
            + " a valid one",
        good.replace("%1: f32[4]", "%1: f32[-4]"));
    assertMalformed(
        "line 5 of the graph: found \"more\" behind the graph; expected nothing more",
        good + "more");
  }

  @Test
  void readsNothingButGraphsWhereTheTextIsCut() {
    for (var sample : samples()) {
      var text = GraphText.print(sample.graph());
      var ends = new ArrayList<Integer>();
      for (int end = 0; end < text.stripTrailing().length(); end += 7) {
        ends.add(end);
      }
      for (int end : ends) {
        var cut = text.substring(0, end);
        assertThrows(MalformedModelException.class, () -> GraphText.parse(cut), cut);
      }
    }
  }

  @Test
  void boundsItsDepth() {
    var text = "graph () { = Scan{body=".repeat(100_000);
    assertTrue(
        assertThrows(MalformedModelException.class, () -> GraphText.parse(text))
            .getMessage()
            .contains("more than 100 levels"));
  }

  @Test
  void boundsItsLiterals() {
    assertMalformed(
        "line 2 of the graph: 1 elements; expected 1000000000000 of them, for"
            + " f32[1000000,1000000]",
        "graph () {\n %0: f32[1000000,1000000] ="
            + " Constant{value=f32[1000000,1000000] {0x1.0p0}} ()\n return %0\n}");
  }
}
