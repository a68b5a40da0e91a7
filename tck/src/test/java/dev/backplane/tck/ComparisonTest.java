package dev.backplane.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void theFirstDifferenceIsNamedWithItsDistance() {
    var expected = Literal.of(Shape.of(2, 2), 1f, 2f, 3f, 4f);
    var found = Literal.of(Shape.of(2, 2), 1f, 2f, Math.nextUp(Math.nextUp(3f)), 5f);
    var exact = Comparison.exact(expected, found);
    assertEquals(2, exact.ulps());
    var text = exact.mismatch().orElseThrow();
    assertTrue(text.startsWith("element [1,0] of f32[2,2]: expected 3.0"), text);
    assertTrue(text.contains("2.0 ulp"), text);
    var loose = Comparison.within(expected, found, (i, e) -> 1e-6 * e);
    assertTrue(loose.mismatch().orElseThrow().startsWith("element [1,1]"), loose.toString());
  }

  @Test
  void zerosHaveASignOnlyWhereBitsCount() {
    var plus = Literal.of(0f);
    var minus = Literal.of(-0f);
    assertTrue(Comparison.exact(plus, minus).mismatch().isPresent());
    assertFalse(Comparison.within(plus, minus, (i, e) -> 0).mismatch().isPresent());
  }

  @Test
  void naNIsNaNAndNothingElse() {
    var nan = Literal.of(Float.NaN);
    assertFalse(
        Comparison.exact(nan, Literal.of(Float.intBitsToFloat(0x7fc01234))).mismatch().isPresent());
    assertTrue(Comparison.within(nan, Literal.of(1f), (i, e) -> 1e9).mismatch().isPresent());
    assertTrue(Comparison.within(Literal.of(1f), nan, (i, e) -> 1e9).mismatch().isPresent());
  }

  @Test
  void infinityIsANeighbourOfTheLargest() {
    var largest = Literal.of(Float.MAX_VALUE);
    var infinite = Literal.of(Float.POSITIVE_INFINITY);
    assertEquals(1, Comparison.distance(DType.F32, Float.MAX_VALUE, Double.POSITIVE_INFINITY));
    assertTrue(Comparison.exact(largest, infinite).mismatch().isPresent());
    var negative = Literal.of(Float.NEGATIVE_INFINITY);
    assertTrue(Comparison.within(infinite, negative, (i, e) -> 1e30).mismatch().isPresent());
  }

  @Test
  void spacingOfEveryFormat() {
    assertEquals(Float.MIN_VALUE, Ulp.smallest(DType.F32));
    assertEquals(Float.MIN_NORMAL, Ulp.smallestNormal(DType.F32));
    assertEquals(Float.MAX_VALUE, Ulp.largest(DType.F32));
    assertEquals(Double.MIN_VALUE, Ulp.smallest(DType.F64));
    assertEquals(Double.MAX_VALUE, Ulp.largest(DType.F64));
    assertEquals(65504, Ulp.largest(DType.F16));
    assertEquals(0x1p-24, Ulp.smallest(DType.F16));
    assertEquals(0x1p-7, Ulp.at(DType.BF16, 1.5));
    assertEquals(Math.ulp(1e10f), Ulp.at(DType.F32, 1e10f));
    assertEquals(Float.MIN_VALUE, Ulp.at(DType.F32, 0));
  }

  @Test
  void otherTypesDiffer() {
    var comparison = Comparison.exact(Literal.of(1f), Literal.of(Shape.of(1), 1));
    assertEquals("type: expected f32[1], found i32[1]", comparison.mismatch().orElseThrow());
  }
}
