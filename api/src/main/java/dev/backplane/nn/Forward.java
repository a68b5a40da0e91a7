package dev.backplane.nn;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a layer gets while it builds its graph. Everything a layer asks for by name is identified by
 * its path, {@code encoder/dense_1/kernel}; the same child used twice shares its parameters.
 */
@ProviderType
public interface Forward {
  /** Where the graph is built. */
  Scope scope();

  /** The path of the layer: names of children joined by slashes; empty at the root. */
  String path();

  /** Whether this pass trains: dropout drops, batch norm uses the batch. */
  boolean training();

  /** A trained f32 parameter. Asked again under the same name it is the same parameter. */
  default Tensor parameter(String name, Shape shape, Initializer initializer) {
    return parameter(ParameterSpec.of(name, new TensorType(DType.F32, shape), initializer));
  }

  /**
   * A parameter.
   *
   * @throws dev.backplane.tensor.ShapeException if it was asked for before with another type
   */
  Tensor parameter(ParameterSpec spec);

  /** State that is kept between steps but not trained, such as running statistics. */
  Tensor state(String name, TensorType type, double initial);

  /** The value the state has from the next step on. Ignored unless this pass trains. */
  void keep(String name, Tensor value);

  /** A fresh stream of random numbers; each call in a layer gives another one. */
  Draw draw();

  /** Which positions of the input are real: bool [batch, steps]; empty where all are. */
  Optional<Tensor> mask();

  /** Says which positions are real for the layers behind this one; empty where all are. */
  void mask(Optional<Tensor> mask);

  /**
   * Says what each element of a tensor must be, such as an id of a table's rows. A program cannot
   * refuse a number; but where the tensor is an input of the model, the runtime looks at each batch
   * before the device gets it, and names the example that does not fit. Of any other tensor this
   * says nothing.
   */
  void bound(Tensor x, ValueBounds bounds);

  /** Adds a scalar to the loss while training, such as a weight penalty. */
  void penalty(Tensor scalar);

  /** Applies a child under a name; the same name again shares its parameters. */
  Tensors child(String name, Layer layer, Tensors inputs);

  /** Applies a child of one input and output. */
  default Tensor child(String name, Layer layer, Tensor x) {
    return child(name, layer, Tensors.of(x)).only();
  }
}
