package dev.backplane.nn;

import dev.backplane.tensor.Tensors;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A part of a model: a record whose components are its hyper-parameters. It holds no values;
 * parameters are asked of {@link Forward} by name and identified by their path.
 */
@ConsumerType
public interface Layer {
  /** Builds the layer's graph on its inputs. */
  Tensors apply(Forward forward, Tensors inputs);
}
