package dev.backplane.tensor;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Several tensors in order: what a layer takes and gives.
 *
 * @param list the tensors
 */
public record Tensors(List<Tensor> list) {
  /** Copies the list. */
  public Tensors {
    list = List.copyOf(list);
  }

  /** The given tensors. */
  public static Tensors of(Tensor... tensors) {
    return new Tensors(List.of(tensors));
  }

  /** One of them, from 0. */
  public Tensor get(int index) {
    if (index < 0 || index >= list.size()) {
      throw new ShapeException("Tensors C1: there is no tensor " + index + " of " + list.size());
    }
    return list.get(index);
  }

  /** The only one. */
  public Tensor only() {
    if (list.size() != 1) {
      throw new ShapeException("Tensors C2: expected one tensor, found " + types());
    }
    return list.getFirst();
  }

  /** How many there are. */
  public int size() {
    return list.size();
  }

  /** Their types. */
  public List<TensorType> types() {
    return list.stream().map(Tensor::type).toList();
  }

  /** The function applied to each. */
  public Tensors map(UnaryOperator<Tensor> function) {
    return new Tensors(list.stream().map(function).toList());
  }
}
