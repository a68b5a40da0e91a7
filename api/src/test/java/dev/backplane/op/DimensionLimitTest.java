package dev.backplane.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A dimension that does not fit is refused: wrapped around, it would address foreign memory. */
class DimensionLimitTest {
  private static final int MOST = Integer.MAX_VALUE;
  private static final TensorType THREE = TensorType.f32(3);

  private static void refused(String constraint, Executable inference) {
    var message = String.valueOf(assertThrows(ShapeException.class, inference).getMessage());
    assertTrue(message.startsWith(constraint + ":"), message);
  }

  @Test
  void padC4() {
    var inside = new Pad(List.of(0), List.of(0), List.of(MOST));
    refused("Pad C4", () -> inside.infer(List.of(THREE, TensorType.f32())));
    var around = new Pad(List.of(MOST), List.of(MOST), List.of(0));
    refused("Pad C4", () -> around.infer(List.of(THREE, TensorType.f32())));
    var below = new Pad(List.of(-MOST), List.of(0), List.of(0));
    refused("Pad C4", () -> below.infer(List.of(THREE, TensorType.f32())));
  }

  @Test
  void concatenateC3() {
    var large = new TensorType(DType.I8, Shape.of(MOST));
    refused("Concatenate C3", () -> new Concatenate(0).infer(List.of(large, large, large)));
  }

  @Test
  void allGatherC3() {
    refused("AllGather C3", () -> new AllGather(0, MOST).infer(List.of(THREE)));
  }

  @Test
  void windowW2() {
    refused("Window W2", () -> new Window(3, 1, 0, 0, 1, MOST));
    refused("Window W2", () -> new Window(1, 1, 0, 0, MOST, 1).positions(4));
    assertEquals(0, new Window(1, 1, -MOST, -MOST, 1, 1).positions(4));
  }

  @Test
  void aStrideLargerThanTheAxisTakesOneElement() {
    var slice = new Slice(List.of(0), List.of(3), List.of(MOST));
    assertEquals(List.of(TensorType.f32(1)), slice.infer(List.of(THREE)));
  }
}
