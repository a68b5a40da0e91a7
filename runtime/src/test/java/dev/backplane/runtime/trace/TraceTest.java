package dev.backplane.runtime.trace;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.function.Functions;
import dev.backplane.op.Attributes;
import dev.backplane.op.Composite;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TraceTest {
  @Test
  void recordsWhatIsDoneWithItsTensors() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2, 3));
    var y = trace.input(TensorType.f32(3));
    var graph = trace.finish(List.of(x.add(y).mul(2)));
    var result =
        Interpreter.run(
            graph,
            List.of(Literal.of(Shape.of(2, 3), 1f, 2, 3, 4, 5, 6), Literal.of(10f, 20f, 30f)));
    assertArrayEquals(new float[] {22, 44, 66, 28, 50, 72}, result.getFirst().toFloats());
  }

  @Test
  void writesTheLayerOnItsNodes() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    var y = trace.within("encoder", () -> trace.within("encoder/dense_1", x::exp).neg());
    var graph = trace.finish(List.of(y.square()));
    assertEquals(
        List.of("encoder/dense_1", "encoder", ""),
        graph.nodes().stream().map(node -> node.origin()).toList());
  }

  @Test
  void saysInWhichLayerShapesDoNotFit() {
    var trace = Trace.begin("fashion-mnist-mlp");
    var x = trace.input(TensorType.f32(64, 784));
    var w = trace.input(TensorType.f32(128, 10));
    var failure =
        assertThrows(
            ShapeException.class,
            () -> trace.within("block", () -> trace.within("block/dense_1", () -> x.matmul(w))));
    assertEquals(
        "Dot C2: contracted dimensions differ: [64,784] × [128,10] (784 ≠ 128),"
            + " in layer block/dense_1 of fashion-mnist-mlp",
        failure.getMessage());
  }

  @Test
  void refusesTensorsOfOtherScopes() {
    var one = Trace.begin("one");
    var other = Trace.begin("other");
    var x = one.input(TensorType.f32(2));
    var y = other.input(TensorType.f32(2));
    var failure = assertThrows(IllegalArgumentException.class, () -> x.add(y));
    assertTrue(
        failure
            .getMessage()
            .startsWith(
                "Binary: the operand %0: f32[2] of the traced program of other does not belong to"
                    + " the traced program of one; "),
        failure.getMessage());
  }

  @Test
  void hasNoValuesAndSaysWhy() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    var failure = assertThrows(IllegalStateException.class, x::read);
    assertEquals(
        "read: %0: f32[2] is traced: it belongs to the traced program and gets a value only when"
            + " the finished program runs; give it back as a result of the traced function and"
            + " read that",
        failure.getMessage());
  }

  @Test
  void takesNothingMoreOnceItIsFinished() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    trace.finish(List.of(x));
    var failure = assertThrows(IllegalStateException.class, x::neg);
    assertEquals(
        "the traced program is finished: its tensors cannot be used any more;"
            + " compute inside the function",
        failure.getMessage());
  }

  @Test
  void tracesBodiesThatAreClosed() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(4, 2));
    var total = trace.constant(Literal.of(0f, 0f));
    var sums =
        Ops.scan(
            Tensors.of(total),
            Tensors.of(x),
            Tensors.of(),
            false,
            body -> {
              var sum = body.get(0).add(body.get(1));
              return Tensors.of(sum, sum);
            });
    var graph = trace.finish(sums.list());
    var result =
        Interpreter.run(graph, List.of(Literal.of(Shape.of(4, 2), 1f, 2, 3, 4, 5, 6, 7, 8)));
    assertArrayEquals(new float[] {16, 20}, result.get(0).toFloats());
    assertArrayEquals(new float[] {1, 2, 4, 6, 9, 12, 16, 20}, result.get(1).toFloats());
  }

  @Test
  void refusesBodiesThatCapture() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(4, 2));
    var y = trace.input(TensorType.f32(2));
    var failure =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Ops.scan(
                    Tensors.of(y),
                    Tensors.of(x),
                    Tensors.of(),
                    false,
                    body -> Tensors.of(body.get(0).mul(y))));
    assertTrue(
        failure
            .getMessage()
            .contains("pass it as an argument (a capture of a branch, an invariant"),
        failure.getMessage());
  }

  @Test
  void differentiatesOnlyWithRespectToTheArgument() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    // f(v) = sum(v · x) at v = x: the gradient is x, not 2x, since the captured x is a constant.
    var both = Functions.valueAndGradient(v -> v.mul(x).sum(), x);
    var graph = trace.finish(both.list());
    var result = Interpreter.run(graph, List.of(Literal.of(3f, 5f)));
    assertAll(
        () -> assertEquals(34, result.get(0).toDouble()),
        () -> assertArrayEquals(new float[] {3, 5}, result.get(1).toFloats()),
        () ->
            assertFalse(
                graph.nodes().stream().anyMatch(node -> node.op() instanceof OptimizationBarrier)));
  }

  @Test
  void differentiatesGradients() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32());
    var second =
        Functions.valueAndGradient(
            v -> Functions.valueAndGradient(u -> u.mul(u).mul(u), v).get(1), x);
    var graph = trace.finish(second.list());
    var result = Interpreter.run(graph, List.of(Literal.scalar(DType.F32, 2.0)));
    assertEquals(12, result.get(0).toDouble());
    assertEquals(12, result.get(1).toDouble());
  }

  @Test
  void givesZerosForArgumentsThatAreNotFloating() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    var i = trace.input(TensorType.of(DType.I32, 2));
    var both =
        trace.valueAndGradient(
            at -> at.get(0).mul(at.get(1).cast(DType.F32)).sum(), Tensors.of(x, i));
    assertEquals(List.of(TensorType.f32(2), TensorType.of(DType.I32, 2)), both.gradient().types());
  }

  @Test
  void wantsAScalarToDifferentiate() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(2));
    var failure =
        assertThrows(ShapeException.class, () -> Functions.valueAndGradient(Tensor::exp, x));
    assertEquals(
        "valueAndGradient C1: the function must give one floating scalar, found f32[2];"
            + " take its sum() or mean()",
        failure.getMessage());
  }

  /** x · σ(βx), with a gradient of its own that is tripled, so that one sees which one is used. */
  private record Swish(double beta) implements OpDefinition {
    @Override
    public String name() {
      return "acme.swish";
    }

    @Override
    public Attributes attributes() {
      return Attributes.none().with("beta", beta);
    }

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      var x = operands.getFirst();
      return List.of(x.mul(Ops.unary(dev.backplane.op.Unary.Kind.LOGISTIC, x.mul(beta))));
    }

    @Override
    public Optional<OwnGradient> gradient() {
      return Optional.of(
          new OwnGradient() {
            @Override
            public List<Tensor> forward(Scope scope, List<Tensor> operands) {
              var gate =
                  Ops.unary(dev.backplane.op.Unary.Kind.LOGISTIC, operands.getFirst().mul(beta));
              return List.of(operands.getFirst().mul(gate), gate);
            }

            @Override
            public List<Tensor> backward(
                Scope scope,
                List<Tensor> operands,
                List<Tensor> results,
                List<Tensor> residuals,
                List<Tensor> cotangents) {
              return List.of(cotangents.getFirst().mul(3));
            }
          });
    }
  }

  @Test
  void turnsDefinitionsIntoComposites() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(3));
    var graph = trace.finish(trace.apply(new Swish(1), List.of(x)));
    var composite = (Composite) graph.nodes().getFirst().op();
    assertAll(
        () -> assertEquals("acme.swish", composite.name()),
        () -> assertEquals(Attributes.none().with("beta", 1.0), composite.attributes()),
        () ->
            assertEquals("acme.swish.forward", composite.gradient().orElseThrow().forward().name()),
        () ->
            assertEquals(
                "acme.swish.backward", composite.gradient().orElseThrow().backward().name()),
        () ->
            assertEquals(
                List.of(TensorType.f32(3), TensorType.f32(3), TensorType.f32(3), TensorType.f32(3)),
                composite.gradient().orElseThrow().backward().decomposition().inputTypes()));
  }

  @Test
  void usesTheGradientADefinitionBrings() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(3));
    var both =
        Functions.valueAndGradient(
            v -> v.scope().apply(new Swish(1), List.of(v)).getFirst().sum(), x);
    var graph = trace.finish(both.list());
    var result = Interpreter.run(graph, List.of(Literal.of(0f, 0f, 0f)));
    assertArrayEquals(new float[] {3, 3, 3}, result.get(1).toFloats());
  }

  @Test
  void refusesDefinitionsThatCapture() {
    var trace = Trace.begin();
    var x = trace.input(TensorType.f32(3));
    record Capturing(Tensor other) implements OpDefinition {
      @Override
      public String name() {
        return "acme.capturing";
      }

      @Override
      public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
        return List.of(operands.getFirst().add(other));
      }
    }
    var failure =
        assertThrows(
            IllegalArgumentException.class, () -> trace.apply(new Capturing(x), List.of(x)));
    assertTrue(
        failure.getMessage().contains("does not belong to the decomposition of acme.capturing"),
        failure.getMessage());
  }
}
