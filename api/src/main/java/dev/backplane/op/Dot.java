package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * General contraction of two operands. The result's axes: batch, then the left operand's others,
 * then the right operand's others. (StableHLO dot_general.)
 *
 * <ul>
 *   <li>C1: both operands have one numeric dtype.
 *   <li>C2: contracted dimensions are equal, pair by pair.
 *   <li>C3: batch dimensions are equal, pair by pair.
 *   <li>C4: batch and contracted axes are distinct and in range.
 *   <li>C5: the result dtype is the operands', or f32 of f16 and bf16, or i32 of i8 and u8.
 *   <li>C6: precision BF16 needs f32 operands.
 * </ul>
 *
 * @param leftBatch batch axes of the left operand
 * @param rightBatch batch axes of the right operand
 * @param leftContract contracted axes of the left operand
 * @param rightContract contracted axes of the right operand
 * @param result the dtype of the result
 * @param precision how exactly it multiplies
 */
public record Dot(
    List<Integer> leftBatch,
    List<Integer> rightBatch,
    List<Integer> leftContract,
    List<Integer> rightContract,
    DType result,
    Precision precision)
    implements Primitive {
  /** Copies the lists. */
  public Dot {
    leftBatch = List.copyOf(leftBatch);
    rightBatch = List.copyOf(rightBatch);
    leftContract = List.copyOf(leftContract);
    rightContract = List.copyOf(rightContract);
  }

  /** The matrix product [m,k] × [k,n]. */
  public static Dot matmul(DType dtype) {
    return new Dot(List.of(), List.of(), List.of(1), List.of(0), dtype, Precision.FULL);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var left = operands.getFirst();
    var right = operands.get(1);
    Check.that(
        left.dtype() == right.dtype() && left.dtype().isNumeric(),
        "Dot C1",
        () -> "expected operands of one numeric dtype, found " + left + " × " + right);
    sameDimensions("Dot C2", "contracted", left, right, leftContract, rightContract);
    sameDimensions("Dot C3", "batch", left, right, leftBatch, rightBatch);
    accumulates("Dot C5", left.dtype(), result);
    Check.that(
        precision == Precision.FULL || left.dtype() == DType.F32,
        "Dot C6",
        () -> "precision BF16 needs f32 operands, found " + left.dtype());
    var dimensions = new ArrayList<Integer>();
    leftBatch.forEach(axis -> dimensions.add(left.shape().dimension(axis)));
    others(left, leftBatch, leftContract, dimensions);
    others(right, rightBatch, rightContract, dimensions);
    return List.of(new TensorType(result, new Shape(dimensions)));
  }

  private void sameDimensions(
      String constraint,
      String what,
      TensorType left,
      TensorType right,
      List<Integer> leftAxes,
      List<Integer> rightAxes) {
    var allLeft = new ArrayList<>(leftBatch);
    allLeft.addAll(leftContract);
    var allRight = new ArrayList<>(rightBatch);
    allRight.addAll(rightContract);
    Check.axes("Dot C4", allLeft, left.shape().rank());
    Check.axes("Dot C4", allRight, right.shape().rank());
    Check.equal(constraint, "number of " + what + " axes", leftAxes.size(), rightAxes.size());
    for (int i = 0; i < leftAxes.size(); i++) {
      int l = left.shape().dimension(leftAxes.get(i));
      int r = right.shape().dimension(rightAxes.get(i));
      Check.that(
          l == r,
          constraint,
          () ->
              what
                  + " dimensions differ: "
                  + left.shape()
                  + " × "
                  + right.shape()
                  + " ("
                  + l
                  + " ≠ "
                  + r
                  + ")");
    }
  }

  static void accumulates(String constraint, DType operands, DType result) {
    boolean fits =
        switch (operands) {
          case F16, BF16 -> result == operands || result == DType.F32;
          case I8, U8 -> result == operands || result == DType.I32;
          case F64, F32, I64, I32, U32, BOOL -> result == operands;
        };
    Check.that(fits, constraint, () -> operands + " operands do not give " + result);
  }

  private static void others(
      TensorType operand, List<Integer> batch, List<Integer> contract, List<Integer> dimensions) {
    for (int axis = 0; axis < operand.shape().rank(); axis++) {
      if (!batch.contains(axis) && !contract.contains(axis)) {
        dimensions.add(operand.shape().dimension(axis));
      }
    }
  }
}
