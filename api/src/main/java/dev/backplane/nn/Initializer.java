package dev.backplane.nn;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** The first value of a parameter, as a graph over random numbers; the same on every device. */
@ConsumerType
public interface Initializer {
  /** An f32 tensor of the shape. Of a kernel the last axis is fan-out, the one before fan-in. */
  Tensor apply(Draw draw, Shape shape);
}
