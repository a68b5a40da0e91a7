package dev.backplane.tensor;

import dev.backplane.BackplaneException;

/**
 * Operands that do not fit an op: their number, shapes or dtypes. The message begins with the op
 * and the id of the violated constraint, such as {@code Dot C2}, as documented at the op.
 */
public final class ShapeException extends BackplaneException {
  private static final long serialVersionUID = 1;

  /** An exception with a message that names the constraint, the expected and the found. */
  public ShapeException(String message) {
    super(message);
  }

  /**
   * The same failure with the place where it happened, such as {@code in layer dense_1 of mnist}.
   */
  public ShapeException in(String place) {
    var located = new ShapeException(getMessage() + ", " + place);
    located.setStackTrace(getStackTrace());
    return located;
  }
}
