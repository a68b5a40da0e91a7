package dev.backplane.runtime.eager;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Target;
import dev.backplane.function.Functions;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.Sort;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EagerScopeTest {
  private final Devices devices = new Devices();
  private final NarrowBackend narrow = new NarrowBackend("Binary", "Unary", "Broadcast");
  private EagerScope scope;

  @BeforeEach
  void open() {
    devices.add(new ReferenceBackend());
    devices.add(narrow);
    scope = EagerScope.open(devices, Target.of("narrow"));
  }

  @AfterEach
  void close() {
    scope.close();
    devices.close();
  }

  @Test
  void computesAtOnce() {
    var x = scope.constant(Literal.of(1f, 2f, 3f));
    var y = x.add(1).mul(x);
    assertArrayEquals(new float[] {2, 6, 12}, y.read().toFloats());
  }

  @Test
  void compilesAnOpOncePerTypes() {
    var x = scope.constant(Literal.of(1f, 2f, 3f));
    for (int i = 0; i < 10; i++) {
      x = x.add(x);
    }
    assertEquals(1, narrow.programs.size());
    var y = scope.constant(Literal.of(1f));
    y.add(y);
    assertEquals(2, narrow.programs.size());
    assertEquals(1024, x.read().doubleAt(0));
  }

  @Test
  void runsWhatTheDeviceLacksOnTheReferenceDevice() {
    var x = scope.constant(Literal.of(3f, 1f, 2f));
    assertArrayEquals(new float[] {1, 2, 3}, x.apply(new Sort(0, 1, false)).read().toFloats());
  }

  @Test
  void takesGradientsAlsoWithCapturedTensors() {
    var x = scope.constant(Literal.of(1f, 2f, 3f));
    var w = scope.constant(Literal.of(10f, 20f, 30f));
    var both = Functions.valueAndGradient(v -> w.mul(v).mul(v).add(w.square()).sum(), x);
    assertEquals(10 + 80 + 270 + 1400, both.get(0).read().toDouble());
    assertArrayEquals(new float[] {20, 80, 180}, both.get(1).read().toFloats());
  }

  @Test
  void loopsAndBranches() {
    var x = scope.constant(Literal.of(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6));
    var zero = scope.constant(Literal.of(0f, 0f));
    var sum =
        Ops.scan(
            Tensors.of(zero),
            Tensors.of(x),
            Tensors.of(),
            false,
            body -> Tensors.of(body.get(0).add(body.get(1))));
    assertArrayEquals(new float[] {9, 12}, sum.get(0).read().toFloats());
    var captured =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Ops.scan(
                    Tensors.of(zero),
                    Tensors.of(x),
                    Tensors.of(),
                    false,
                    body -> Tensors.of(zero.add(body.get(1)))));
    assertTrue(
        captured.getMessage().contains("pass what it captures as captures or invariants"),
        captured.getMessage());
  }

  private record Doubled() implements OpDefinition {
    @Override
    public String name() {
      return "acme.doubled";
    }

    @Override
    public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
      return List.of(operands.getFirst().mul(2));
    }
  }

  @Test
  void appliesDefinitions() {
    var x = scope.constant(Literal.of(1f, 2f));
    var y = scope.apply(new Doubled(), List.of(x)).getFirst();
    assertArrayEquals(new float[] {2, 4}, y.read().toFloats());
  }

  @Test
  void saysWhatDoesNotFit() {
    var x = scope.constant(Literal.of(1f, 2f));
    var y = scope.constant(Literal.of(1f, 2f, 3f));
    var failure = assertThrows(ShapeException.class, () -> x.add(y));
    assertEquals("Shape C4: [2] and [3] do not broadcast (2 ≠ 3)", failure.getMessage());
  }

  @Test
  void refusesTensorsOfAnotherScope() {
    try (var other = EagerScope.open(devices, Target.of("reference"))) {
      var x = scope.constant(Literal.of(1f));
      var y = other.constant(Literal.of(1f));
      var failure = assertThrows(IllegalArgumentException.class, () -> x.add(y));
      assertEquals(
          "Binary: the operand f32[1] of the eager scope on reference does not belong to the eager"
              + " scope on narrow; bring its value here with scope.constant(tensor.read())",
          failure.getMessage());
    }
  }

  @Test
  void freesWhatIsClosed() {
    var x = scope.constant(Literal.of(1f));
    x.close();
    x.close();
    assertThrows(IllegalStateException.class, x::read);
    assertThrows(IllegalStateException.class, x::neg);
    var y = scope.constant(Literal.of(1f));
    scope.close();
    scope.close();
    assertThrows(IllegalStateException.class, y::read);
    assertThrows(IllegalStateException.class, () -> scope.constant(Literal.of(1f)));
    assertEquals(1, narrow.closedDevices);
  }
}
