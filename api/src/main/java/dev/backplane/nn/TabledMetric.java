package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A metric that has more to tell than its figure: one value for each class, a confusion matrix. The
 * table is computed only when somebody asks, with {@link dev.backplane.Run#tables}.
 */
@ConsumerType
public interface TabledMetric extends Metric {
  /** The table: of any type and shape. */
  Tensor table(Tensors state);
}
