package dev.backplane.layers.core;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.ParameterSpec;
import dev.backplane.nn.ValueBounds;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.Map;
import java.util.Optional;

/**
 * A pass through a layer whose parameters and state are given by path, with no trainer behind it:
 * it does not train, draws nothing and keeps nothing. For functions that call a trained layer in
 * ways of their own, such as a decoding loop, which may go through it in several places.
 */
public final class GivenParameters implements Forward {
  private final Shared shared;
  private final String path;

  /** What a pass and its children have in common. */
  private static final class Shared {
    final Scope scope;
    final Map<String, Tensor> values;
    Optional<Tensor> mask = Optional.empty();

    Shared(Scope scope, Map<String, Tensor> values) {
      this.scope = scope;
      this.values = values;
    }
  }

  private GivenParameters(Shared shared, String path) {
    this.shared = shared;
    this.path = path;
  }

  /**
   * A pass of the model at the root.
   *
   * @param scope where the graph is built
   * @param values parameters and state of that scope by path, {@code dense_1/kernel}; may hold more
   *     than the model asks for
   */
  public GivenParameters(Scope scope, Map<String, Tensor> values) {
    this(new Shared(scope, Map.copyOf(values)), "");
  }

  @Override
  public Scope scope() {
    return shared.scope;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean training() {
    return false;
  }

  /**
   * The given value.
   *
   * @throws IllegalArgumentException if none was given
   * @throws ShapeException if it has another type
   */
  @Override
  public Tensor parameter(ParameterSpec spec) {
    return given(full(spec.name()), spec.type());
  }

  @Override
  public Tensor state(String name, TensorType type, double initial) {
    return given(full(name), type);
  }

  private Tensor given(String full, TensorType type) {
    var value = shared.values.get(full);
    if (value == null) {
      throw new IllegalArgumentException(
          "no value is given for " + full + " " + type + "; given: " + shared.values.keySet());
    }
    if (!value.type().equals(type)) {
      throw new ShapeException(
          "GivenParameters C1: " + full + ": expected " + type + ", given " + value.type());
    }
    return value;
  }

  @Override
  public void keep(String name, Tensor value) {}

  /** Always throws: a layer draws only while it trains. */
  @Override
  public Draw draw() {
    throw new IllegalStateException(
        "layer " + path + " asks for random numbers in a pass that does not train");
  }

  @Override
  public Optional<Tensor> mask() {
    return shared.mask;
  }

  @Override
  public void mask(Optional<Tensor> mask) {
    shared.mask = mask;
  }

  /** Nothing: what the inputs hold is the caller's affair. */
  @Override
  public void bound(Tensor x, ValueBounds bounds) {}

  @Override
  public void penalty(Tensor scalar) {}

  @Override
  public Tensors child(String name, Layer layer, Tensors inputs) {
    return layer.apply(new GivenParameters(shared, full(name)), inputs);
  }

  private String full(String name) {
    return path.isEmpty() ? name : path + "/" + name;
  }
}
