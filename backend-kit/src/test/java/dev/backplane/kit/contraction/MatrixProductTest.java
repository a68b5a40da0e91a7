package dev.backplane.kit.contraction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How contractions become strided matrix products. */
class MatrixProductTest {
  private static MatrixProduct product(
      List<Integer> leftBatch,
      List<Integer> rightBatch,
      List<Integer> leftContract,
      List<Integer> rightContract,
      TensorType left,
      TensorType right) {
    var dot =
        new Dot(leftBatch, rightBatch, leftContract, rightContract, DType.F32, Precision.FULL);
    return MatrixProduct.of(dot, left, right);
  }

  @Test
  void aTransposedOperandIsAViewWithRowStrideOne() {
    var product =
        product(
            List.of(),
            List.of(),
            List.of(0),
            List.of(0),
            TensorType.f32(64, 784),
            TensorType.f32(64, 128));
    assertEquals(784, product.m());
    assertEquals(128, product.n());
    assertEquals(64, product.k());
    assertEquals(new MatrixView(List.of(), 784 * 64, 1, 784), product.left());
    assertEquals(new MatrixView(List.of(), 128 * 64, 128, 1), product.right());
  }

  @Test
  void leadingAxesCollapseIntoRows() {
    var product =
        product(
            List.of(),
            List.of(),
            List.of(2),
            List.of(0),
            TensorType.f32(5, 7, 16),
            TensorType.f32(16, 3));
    assertEquals(35, product.m());
    assertFalse(product.left().needsCopy());
  }

  @Test
  void attentionHeadsBetweenRowsAndColumnsAreABatchWithoutACopy() {
    // [time, head, width] × [time, head, width], batch over heads.
    var type = TensorType.f32(10, 4, 8);
    var product = product(List.of(1), List.of(1), List.of(2), List.of(2), type, type);
    assertEquals(4, product.batch());
    assertEquals(new MatrixView(List.of(), 8, 32, 1), product.left());
    assertEquals(new MatrixView(List.of(), 8, 1, 32), product.right());
  }

  @Test
  void pairsContractedInAnotherOrderNeedNoCopy() {
    var type = TensorType.f32(6, 4, 5);
    var product = product(List.of(), List.of(), List.of(2, 1), List.of(2, 1), type, type);
    assertEquals(20, product.k());
    assertFalse(product.left().needsCopy() || product.right().needsCopy());
  }

  @Test
  void axesThatDoNotCollapseAreTransposedFirst() {
    var product =
        product(
            List.of(),
            List.of(),
            List.of(1),
            List.of(0),
            TensorType.f32(5, 16, 7),
            TensorType.f32(16, 3));
    assertTrue(product.left().needsCopy());
    assertEquals(List.of(0, 2, 1), product.left().permutation());
  }
}
