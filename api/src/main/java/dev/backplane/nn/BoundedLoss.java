package dev.backplane.nn;

import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A loss that is only defined for some targets, such as the labels of its classes. A program cannot
 * refuse a number, so the runtime looks at each batch before the device gets it, and names the
 * example whose target is another.
 */
@ConsumerType
public interface BoundedLoss extends Loss {
  /**
   * What the first target may be; empty for anything.
   *
   * @param outputs of the model, for a batch
   */
  Optional<ValueBounds> bounds(List<TensorType> outputs);
}
