package dev.backplane.nn;

import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Changes all gradients before the updates, seeing all of them: clipping, weight decay. */
@ConsumerType
public interface GradientTransform {
  /** The new gradients, in the same order and of the same types. */
  List<Tensor> apply(Gradients gradients);

  /**
   * All gradients of a step.
   *
   * @param scope where the graph is built
   * @param paths the parameters' paths
   * @param parameters the parameters, in the order of the paths
   * @param gradients their gradients, in the order of the paths
   * @param step the number of updates before this one: an i32 scalar
   */
  record Gradients(
      Scope scope,
      List<String> paths,
      List<Tensor> parameters,
      List<Tensor> gradients,
      Tensor step) {}
}
