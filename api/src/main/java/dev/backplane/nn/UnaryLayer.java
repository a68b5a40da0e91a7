package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import org.osgi.annotation.versioning.ConsumerType;

/** A layer of one input and one output. */
@ConsumerType
public interface UnaryLayer extends Layer {
  /** Builds the layer's graph on its input. */
  Tensor apply(Forward forward, Tensor x);

  @Override
  default Tensors apply(Forward forward, Tensors inputs) {
    return Tensors.of(apply(forward, inputs.only()));
  }
}
