package dev.backplane.nn;

import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** A figure over all examples of an epoch, kept on the device: never a mean of batch means. */
@ConsumerType
public interface Metric {
  /** The name in results, such as {@code accuracy}. */
  String name();

  /** What is kept between batches; zero at first. */
  List<TensorType> state();

  /** What is kept after one more batch. */
  Tensors update(Tensors state, Tensors outputs, Batch batch);

  /** The figure: a floating scalar. */
  Tensor result(Tensors state);
}
