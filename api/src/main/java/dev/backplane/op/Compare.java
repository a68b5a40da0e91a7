package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Elementwise comparison; gives bool. Comparisons with NaN are false, but {@link Direction#NE} is
 * true; -0 equals +0; false is below true.
 *
 * <ul>
 *   <li>C1: both operands have the same type.
 * </ul>
 *
 * @param direction the relation tested
 */
public record Compare(Direction direction) implements Primitive {
  /** The relations. */
  public enum Direction {
    /** x = y. */
    EQ,
    /** x ≠ y. */
    NE,
    /** x &lt; y. */
    LT,
    /** x ≤ y. */
    LE,
    /** x &gt; y. */
    GT,
    /** x ≥ y. */
    GE
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    Check.equal("Compare C1", "operands differ in type", x, operands.get(1));
    return List.of(x.withDType(DType.BOOL));
  }
}
