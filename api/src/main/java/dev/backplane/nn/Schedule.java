package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** A number that changes with the step, such as the learning rate. */
@ConsumerType
public interface Schedule {
  /**
   * Its value: an f32 scalar.
   *
   * @param step i32 scalar, 0 at first
   */
  Tensor at(Tensor step);
}
