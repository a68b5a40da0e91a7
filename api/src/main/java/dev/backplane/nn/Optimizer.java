package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** How one parameter changes with its gradient. */
@ConsumerType
public interface Optimizer {
  /** The new value of the parameter. */
  Tensor apply(Update update);
}
