package dev.backplane.data;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;

/**
 * One field of an example: how it is stored, and how programs see it. The conversion, value · scale
 * + offset, is part of the program, so that a batch crosses to the device in its stored form.
 *
 * @param name the name of the field
 * @param stored the type of one example as it is stored
 * @param presented the dtype as which programs see it
 * @param scale factor on conversion; 1 for none
 * @param offset summand on conversion; 0 for none
 */
public record Feature(
    String name, TensorType stored, DType presented, double scale, double offset) {
  /** A field that programs see as it is stored. */
  public static Feature of(String name, TensorType stored) {
    return new Feature(name, stored, stored.dtype(), 1, 0);
  }

  /** The type of a stored batch. */
  public TensorType batch(int size) {
    return stored.withShape(stored.shape().prepend(size));
  }

  /** The type of a batch as the model sees it. */
  public TensorType presentedBatch(int size) {
    return new TensorType(presented, stored.shape().prepend(size));
  }

  /** The shape of one example. */
  public Shape shape() {
    return stored.shape();
  }
}
