package dev.backplane.layers.core.regularizer;

import dev.backplane.tensor.Tensor;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A penalty on weights. */
@ConsumerType
public interface Regularizer {
  /** A scalar that is added to the loss while training; empty for none. */
  Optional<Tensor> penalty(Tensor weights);
}
