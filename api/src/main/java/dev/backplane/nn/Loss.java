package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import org.osgi.annotation.versioning.ConsumerType;

/** What training makes small. */
@ConsumerType
public interface Loss {
  /**
   * One value for each example: [batch]. The runtime takes the mean weighted by the batch's
   * weights.
   */
  Tensor apply(Tensors outputs, Batch batch);

  /**
   * What a user sees as prediction: cross-entropies take logits and give probabilities here.
   *
   * @param outputs of the model
   */
  default Tensors predictions(Tensors outputs) {
    return outputs;
  }
}
