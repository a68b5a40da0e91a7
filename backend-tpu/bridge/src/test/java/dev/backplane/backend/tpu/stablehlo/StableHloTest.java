package dev.backplane.backend.tpu.stablehlo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Donations;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Constant;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reduce;
import dev.backplane.op.Scan;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written; that it means what it should is for the tests on plugins. */
class StableHloTest {
  private static final Platform CPU = new Platform("cpu", 1);
  private static final Binary ADD = new Binary(Binary.Kind.ADD);

  private static String lower(Graph graph) {
    return StableHlo.lower(graph, Donations.none(), CPU);
  }

  private static Graph of(Primitive op, TensorType... operands) {
    var builder = new Graph.Builder();
    var inputs = List.of(operands).stream().map(builder::input).toList();
    return builder.build(builder.apply(op, inputs, ""));
  }

  private static Graph constant(Literal value) {
    return of(new Constant(value));
  }

  @Test
  void aProgramInFull() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(2, 3));
    var w = builder.input(TensorType.f32(3, 4));
    var sum = builder.input(TensorType.f32(4));
    var product = builder.apply(Dot.matmul(DType.F32), x, w);
    var added = builder.apply(new Reduce(Combiner.ADD, List.of(0)), product);
    var graph = builder.build(List.of(builder.apply(ADD, sum, added)));
    assertEquals(
        """
        module @backplane attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
          func.func public @main(%arg0: tensor<2x3xf32>, %arg1: tensor<3x4xf32>, %arg2: tensor<4xf32> {tf.aliasing_output = 0 : i32}) -> (tensor<4xf32>) {
            %v0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
            %v1 = stablehlo.constant dense<0.0> : tensor<f32>
            %v5 = "stablehlo.reduce"(%v0, %v1) <{dimensions = array<i64: 0>}> ({
            ^bb0(%b2: tensor<f32>, %b3: tensor<f32>):
              %v4 = stablehlo.add %b2, %b3 : tensor<f32>
              stablehlo.return %v4 : tensor<f32>
            }) : (tensor<2x4xf32>, tensor<f32>) -> tensor<4xf32>
            %v6 = stablehlo.add %arg2, %v5 : tensor<4xf32>
            return %v6 : tensor<4xf32>
          }
        }
        """,
        StableHlo.lower(graph, new Donations(Map.of(2, 0)), CPU));
  }

  @Test
  void aSumOfManyTermsIsMadeInF64OnACpuOnly() {
    var sum = of(new Reduce(Combiner.ADD, List.of(0, 1)), TensorType.f32(32, 32, 5));
    assertTrue(lower(sum).contains("(tensor<32x32x5xf64>, tensor<f64>) -> tensor<5xf64>"));
    var tpu = StableHlo.lower(sum, Donations.none(), new Platform("tpu", 1));
    assertFalse(tpu.contains("f64"), tpu);
    var fewer = of(new Reduce(Combiner.ADD, List.of(0, 1)), TensorType.f32(32, 31, 5));
    assertFalse(lower(fewer).contains("f64"), lower(fewer));
    var largest = of(new Reduce(Combiner.MAXIMUM, List.of(0, 1)), TensorType.f32(32, 32, 5));
    assertFalse(lower(largest).contains("f64"), lower(largest));
  }

  @Test
  void equalProgramsHaveEqualTexts() {
    var type = TensorType.f32(2);
    var graph = of(ADD, type, type);
    // The same program whose values have other numbers, from elsewhere.
    var x = new Value(17, type);
    var y = new Value(4, type);
    var sum = new Value(11, type);
    var node = new Node(ADD, List.of(x, y), List.of(sum), "dense_1");
    assertEquals(lower(graph), lower(new Graph(List.of(x, y), List.of(node), List.of(sum))));
  }

  @Test
  void aScanIsOneLoopWhateverItsLength() {
    assertEquals(
        lower(scan(3)).replace("<3x", "<").replace("dense<3>", "dense<>"),
        lower(scan(5000)).replace("<5000x", "<").replace("dense<5000>", "dense<>"));
    assertTrue(lower(scan(3)).contains("stablehlo.while"));
    assertFalse(lower(scan(0)).contains("stablehlo.while"));
  }

  private static Graph scan(int length) {
    var body = new Graph.Builder();
    var carry = body.input(TensorType.f32(2));
    var slice = body.input(TensorType.f32(2));
    var sum = body.apply(ADD, carry, slice);
    return of(
        new Scan(body.build(List.of(sum, sum)), length, 1, 1, false),
        TensorType.f32(2),
        TensorType.f32(length, 2));
  }

  @Test
  void constantsKeepTheirBits() {
    assertTrue(
        lower(constant(Literal.scalar(DType.F32, 0.1))).contains("dense<0.1> : tensor<f32>"));
    assertTrue(
        lower(constant(Literal.of(-0f, Float.NaN, Float.NEGATIVE_INFINITY)))
            .contains("dense<[-0.0, 0x7FC00000, 0xFF800000]> : tensor<3xf32>"));
    assertTrue(
        lower(constant(Literal.fill(TensorType.f32(200, 300), i -> 2))).contains("dense<2.0>"));
    assertTrue(
        lower(constant(Literal.fill(TensorType.of(DType.I8, 4, 5), i -> -i)))
            .contains("dense<\"0x00FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0EFEEED\"> : tensor<4x5xi8>"));
    assertTrue(
        lower(constant(Literal.scalar(DType.U32, 0xffffffffL))).contains("dense<4294967295>"));
    assertTrue(
        lower(constant(Literal.of(Shape.of(0, 3), new float[0])))
            .contains("dense<> : tensor<0x3xf32>"));
  }

  @Test
  void whatIsNotRunIsRefusedWithAReason() {
    var call = new CustomCall("acme.unknown", Attributes.none(), List.of(TensorType.f32(2)));
    var thrown =
        assertThrows(IllegalArgumentException.class, () -> lower(of(call, TensorType.f32(2))));
    assertTrue(String.valueOf(thrown.getMessage()).contains("CustomCall of \"acme.unknown\""));

    var wide = TensorType.of(DType.I64, 2, 2);
    var dot = Dot.matmul(DType.I64);
    var tpu = new Platform("tpu", 1);
    assertTrue(StableHlo.refusal(dot, List.of(wide, wide), tpu).isPresent());
    assertTrue(StableHlo.refusal(dot, List.of(wide, wide), CPU).isEmpty());
  }

  @Test
  void aCollectiveUnderAConditionIsRefused() {
    var sum = of(new AllReduce(Combiner.ADD), TensorType.f32(2));
    var branch = new If(sum, sum);
    var operands = List.of(TensorType.of(DType.BOOL), TensorType.f32(2));
    var reason = StableHlo.refusal(branch, operands, new Platform("cpu", 2)).orElseThrow();
    assertTrue(reason.contains("AllReduce under a condition"), reason);
    assertTrue(StableHlo.refusal(branch, operands, CPU).isEmpty());
  }
}
