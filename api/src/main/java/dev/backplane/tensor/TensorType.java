package dev.backplane.tensor;

/**
 * What is known of a tensor before it has a value.
 *
 * @param dtype the type of its elements
 * @param shape its static shape
 */
public record TensorType(DType dtype, Shape shape) {
  /** A type of the given dimensions. */
  public static TensorType of(DType dtype, int... dimensions) {
    return new TensorType(dtype, Shape.of(dimensions));
  }

  /** An f32 type of the given dimensions. */
  public static TensorType f32(int... dimensions) {
    return of(DType.F32, dimensions);
  }

  /** The number of bytes of a dense row-major value of this type. */
  public long bytes() {
    return shape.size() * dtype.bytes();
  }

  /** The same shape with another dtype. */
  public TensorType withDType(DType other) {
    return new TensorType(other, shape);
  }

  /** The same dtype with another shape. */
  public TensorType withShape(Shape other) {
    return new TensorType(dtype, other);
  }

  /** As in {@code f32[64,784]}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
