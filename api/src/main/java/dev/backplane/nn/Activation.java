package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** An elementwise function between layers, and a layer by itself. */
@ConsumerType
public interface Activation extends UnaryLayer {
  /** The function; same shape as its argument. */
  Tensor apply(Tensor x);

  @Override
  default Tensor apply(Forward forward, Tensor x) {
    return apply(x);
  }
}
